from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.utils import timezone

from imaging import keyset

from ..models import Consultation, ConsultationImage

RECENT = 8
STRIP = 4  # thumbnails of a consultation in a list


def with_pictures(consultations):
    """Consultations for a list: patient, number of images and the first few, in three queries."""
    return (
        consultations.select_related("patient", "doctor")
        .with_images_count(keyset.MANY)
        .order_by("-date", "-pk")
        .prefetch_related(
            Prefetch("images", ConsultationImage.objects.in_order()[:STRIP], to_attr="strip")
        )
    )


@login_required
def home(request):
    user = request.user
    if user.is_doctor:
        return _doctor(request)
    if user.is_staff:
        return redirect("admin:index")
    consultations = with_pictures(Consultation.objects.visible_to(user))
    return render(request, "home/patient.html", {"consultations": consultations[:50]})


def _doctor(request):
    mine = with_pictures(Consultation.objects.editable_by(request.user))
    today = timezone.localdate()
    return render(
        request,
        "home/doctor.html",
        {
            "today": today,
            "todays": mine.filter(date=today),
            "recent": mine.exclude(date=today)[:RECENT],
        },
    )
