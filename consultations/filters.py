import django_filters as filters

from accounts.requests import AuthenticatedAPIRequest

from .models import Consultation, Patient
from .models.patient import PatientQuerySet


def _patients(request: AuthenticatedAPIRequest | None) -> PatientQuerySet:
    """The visible ones: any other patient is reported as not existing."""
    return Patient.objects.visible_to(request.user) if request else Patient.objects.none()


class ConsultationFilter(filters.FilterSet):
    patient = filters.ModelChoiceFilter(queryset=_patients)

    class Meta:
        model = Consultation
        fields = ["patient", "status", "date"]
