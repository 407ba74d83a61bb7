"""Scale and measurements of a photograph beside the viewer; a patient's as a table."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core.fragments import vary_on_htmx, wants_fragment

from ..measuring.export import csv_of
from ..measuring.reading import sheet_of
from ..models import ConsultationImage, Device, Patient
from .access import get_editable


@login_required
@vary_on_htmx
def image_measurements(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """As a fragment, what the viewer shows while somebody measures; the image's page has the
    rest."""
    image = get_editable(ConsultationImage.objects, request.user, pk)
    if not wants_fragment(request):
        return redirect(f"{reverse('image_detail', args=[pk])}#measurements")
    record(Action.VIEWED, image, part="measurements")
    context = {
        "image": image,
        "sheet": sheet_of(image),
        "devices": Device.objects.filter(active=True),
    }
    return render(request, "consultations/partials/measuring.html", context)


@login_required
def patient_measurements(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What was measured in a patient's images, as CSV."""
    patient = get_editable(Patient.objects, request.user, pk)
    record(Action.DOWNLOADED, patient, part="measurements")
    response = HttpResponse(csv_of(patient, request.user), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="measurements-{patient.pk}.csv"'
    return response
