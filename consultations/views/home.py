from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.utils import timezone

from audit.trail import Action, record
from core import keyset

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


def tell(request, consultations):
    """The audit log of the thumbnails in a list, in one event of whoever looked: one for each
    consultation would bury the looks at pictures."""
    seen = {one.pk: len(one.strip) for one in consultations if one.strip}
    if seen:
        facts = {"images": sum(seen.values()), "consultations": list(seen)}
        record(Action.LISTED, request.user, **facts)


@login_required
def home(request):
    user = request.user
    if user.is_doctor:
        return _doctor(request)
    if user.is_staff:
        return redirect("admin:index")
    consultations = list(with_pictures(Consultation.objects.visible_to(user))[:50])
    tell(request, consultations)
    return render(request, "home/patient.html", {"consultations": consultations})


def _doctor(request):
    mine = with_pictures(Consultation.objects.editable_by(request.user))
    today = timezone.localdate()
    todays = list(mine.filter(date=today))
    recent = list(mine.exclude(date=today)[:RECENT])
    tell(request, [*todays, *recent])
    context = {"today": today, "todays": todays, "recent": recent}
    return render(request, "home/doctor.html", context)
