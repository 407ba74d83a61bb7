from collections.abc import Collection

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core import keyset
from core.templatetags.dates import long_day, short_day
from core.templatetags.filled import Filling
from core.templatetags.units import tally
from imaging import storage
from imaging.renditions import thumbnail_size

from ..models import Consultation, ConsultationImage, Patient
from ..models.consultation import ConsultationQuerySet
from ..ordering import IN_ORDER
from .follow_up import follow_ups, overdue_lesions

RECENT = 8
_COLUMNS = [{"pk": "id"}.get(key, key) for key in IN_ORDER]
PICTURE = '<img class="strip-pic" src="{}" alt="" width="{}" height="{}" loading="lazy">'
FIRST_IMAGES = f"""
    SELECT consultation_id, thumbnail, width, height FROM (
      SELECT consultation_id, thumbnail, width, height, ROW_NUMBER() OVER (
        PARTITION BY consultation_id ORDER BY {", ".join(f"{key} DESC" for key in _COLUMNS)}
      ) AS place FROM {ConsultationImage._meta.db_table}
      WHERE deleted_at IS NULL AND consultation_id IN ({{}})
    ) AS placed WHERE place <= %s ORDER BY consultation_id, place
"""  # noqa: S608  (our own names)
STRIP = 4  # thumbnails of a consultation in a list


def for_list(consultations: ConsultationQuerySet) -> ConsultationQuerySet:
    """Consultations in the order of a list, with patient and number of images (up to a limit)."""
    consultations = consultations.select_related("patient").with_images_count(keyset.COUNT_LIMIT)
    return consultations.order_by("-date", "-pk")


def add_strips(consultations: Collection[Consultation], *, named: bool = True) -> None:
    """Set each consultation's `strip`: what its row in a list shows, with the patient's name or
    without. The first pictures of all of them come from one query."""
    pictures: dict[int, list[str]] = {consultation.pk: [] for consultation in consultations}
    link = storage.url_signer("thumbnails")
    for key, name, *size in _first_images(list(pictures)):
        width, height = thumbnail_size(*size)
        pictures[key].append(PICTURE.format(escape(link(name)), width, height))
    prefix, _key, suffix = reverse("consultation_detail", args=[0]).rpartition("0")
    written_day = short_day if named else long_day
    patients = {one.patient_id: one.patient for one in consultations} if named else {}
    identities = {key: _identity(patient) for key, patient in patients.items()}
    for consultation in consultations:
        count, identity = consultation.images_count, identities.get(consultation.patient_id, {})
        shape = {"named": named, "birth_date": "born" in identity, "status": consultation.status}
        consultation.pictures_shown = len(pictures[consultation.pk])
        values = {
            "page": f"{prefix}{consultation.pk}{suffix}",
            "day": written_day(consultation.date),
            "reason": consultation.reason or _("Consultation"),
            "count": ngettext("%(n)s image", "%(n)s images", count) % {"n": tally(count)},
            "pictures": mark_safe("".join(pictures[consultation.pk])),  # noqa: S308  (escaped)
            "state": str(consultation.get_status_display()),
        }
        consultation.strip = Filling(shape, values | identity)


def _identity(patient: Patient) -> dict[str, str]:
    """What components/patient_identity.html shows of a patient."""
    identity = {"full_name": patient.full_name, "number": patient.number}
    return identity | ({"born": patient.born} if patient.birth_date else {})


def _first_images(keys: list[int]) -> list[tuple[int, str, int, int]]:
    """(consultation, thumbnail, width, height) of the first STRIP images of each. Raw SQL: Django
    takes longer to compile its own window query than the database to answer it."""
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIRST_IMAGES.format(", ".join(["%s"] * len(keys))), [*keys, STRIP])
        return cursor.fetchall()


def prepare_list(
    request: AuthenticatedRequest, consultations: Collection[Consultation], *, named: bool = True
) -> None:
    """Call `add_strips`, and audit that these thumbnails were shown: one event of the user who
    looked, because one for each consultation would bury the views of single pictures."""
    add_strips(consultations, named=named)
    shown = {one.pk: one.pictures_shown for one in consultations if one.pictures_shown}
    if shown:
        detail = {"images": sum(shown.values()), "consultations": list(shown)}
        record(Action.LISTED, request.user, **detail)


@login_required
def home(request: AuthenticatedRequest) -> HttpResponse:
    """A doctor's day, or a patient's consultations; staff go to the admin."""
    user = request.user
    if user.is_doctor:
        return _doctor_home(request)
    if user.is_staff:
        return redirect("admin:index")
    consultations = list(for_list(Consultation.objects.visible_to(user))[:50])
    prepare_list(request, consultations, named=False)
    return render(request, "home/patient.html", {"consultations": consultations})


def _doctor_home(request: AuthenticatedRequest) -> HttpResponse:
    mine, today = for_list(Consultation.objects.editable_by(request.user)), timezone.localdate()
    todays = list(mine.filter(date=today))
    recent = list(mine.exclude(date=today)[:RECENT])
    prepare_list(request, [*todays, *recent])
    follow_up, more_to_follow_up = follow_ups(request.user)
    context = {
        "today": today,
        "todays": todays,
        "recent": recent,
        "follow_up": [*follow_up, *overdue_lesions(request.user)],
        "more_to_follow_up": more_to_follow_up,
        "first_steps": _first_steps(request.user, [*todays, *recent]),
    }
    return render(request, "home/doctor.html", context)


def _first_steps(user: User, listed: list[Consultation]) -> dict[str, object] | None:
    """What an empty practice has to do, and what of it is done: until there is a picture."""
    if len(listed) >= RECENT or any(consultation.images_count for consultation in listed):
        return None
    patient = bool(listed) or Patient.objects.editable_by(user).exists()
    return {"patient": patient, "consultation": listed[0] if listed else None}
