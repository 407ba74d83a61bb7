import django_filters as filters

from accounts.requests import AuthenticatedAPIRequest

from .models import Consultation, ConsultationImage, Patient
from .models.image import INCOMPLETE, ConsultationImageQuerySet
from .models.patient import PatientQuerySet


def _patients(request: AuthenticatedAPIRequest | None) -> PatientQuerySet:
    """The visible ones: any other patient is reported as not existing."""
    return Patient.objects.visible_to(request.user) if request else Patient.objects.none()


class ConsultationFilter(filters.FilterSet):
    patient = filters.ModelChoiceFilter(queryset=_patients)

    class Meta:
        model = Consultation
        fields = ["patient", "status", "date"]


class ImageFilter(filters.FilterSet):
    """Of the images of one consultation."""

    incomplete = filters.BooleanFilter(method="filter_incomplete")

    class Meta:
        model = ConsultationImage
        fields: list[str] = []

    def filter_incomplete(
        self, images: ConsultationImageQuerySet, name: str, wanted: bool
    ) -> ConsultationImageQuerySet:
        return images.incomplete() if wanted else images.exclude(INCOMPLETE)
