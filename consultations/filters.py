import django_filters as filters

from .models import Consultation, Patient


def _patients(request):
    """Any other is one that does not exist, whether it does or not."""
    return Patient.objects.visible_to(request.user) if request else Patient.objects.none()


class ConsultationFilter(filters.FilterSet):
    patient = filters.ModelChoiceFilter(queryset=_patients)

    class Meta:
        model = Consultation
        fields = ["patient", "status", "date"]
