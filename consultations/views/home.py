from django.contrib.auth.decorators import login_required
from django.db import connection
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.trail import Action, record
from core import keyset
from core.templatetags.filled import Filling
from core.templatetags.units import tally
from imaging import storage
from imaging.renditions import thumbnail_size

from ..models import Consultation, ConsultationImage
from ..ordering import IN_ORDER

RECENT = 8
_COLUMNS = [{"pk": "id"}.get(key, key) for key in IN_ORDER]
PICTURE = '<img class="strip-pic" src="{}" alt="" width="{}" height="{}" loading="lazy">'
FIRST_FEW = f"""
    SELECT consultation_id, thumbnail, width, height FROM (
      SELECT consultation_id, thumbnail, width, height, ROW_NUMBER() OVER (
        PARTITION BY consultation_id ORDER BY {", ".join(f"{key} DESC" for key in _COLUMNS)}
      ) AS place FROM {ConsultationImage._meta.db_table} WHERE consultation_id IN ({{}})
    ) AS placed WHERE place <= %s ORDER BY consultation_id, place
"""  # noqa: S608  (names of ours)
STRIP = 4  # thumbnails of a consultation in a list


def listed(consultations):
    """Consultations for a list, in its order: with patient and number of images."""
    consultations = consultations.select_related("patient").with_images_count(keyset.MANY)
    return consultations.order_by("-date", "-pk")


def add_strips(consultations, *, named=True):
    """Give each its `strip`: what its row in a list shows, with the patient's name or without. The
    pictures, the first few, are in one query for all."""
    pictures = {one.pk: [] for one in consultations}
    link = storage.linker("thumbnails")
    for key, name, *size in _first_few(list(pictures)):
        width, height = thumbnail_size(*size)
        pictures[key].append(PICTURE.format(escape(link(name)), width, height))
    before, _key, behind = reverse("consultation_detail", args=[0]).rpartition("0")
    day_format = "SHORT_DATE_FORMAT" if named else "DATE_FORMAT"
    people = {one.patient_id: one.patient for one in consultations} if named else {}
    told = {key: _identity(patient) for key, patient in people.items()}
    for one in consultations:
        count, whose = one.images_count, told.get(one.patient_id, {})
        asked = {"named": named, "birth_date": "born" in whose, "status": one.status}
        one.shown = len(pictures[one.pk])
        about = {
            "page": f"{before}{one.pk}{behind}",
            "day": date_format(one.date, day_format),
            "reason": one.reason or _("Consultation"),
            "count": ngettext("%(n)s image", "%(n)s images", count) % {"n": tally(count)},
            "pictures": mark_safe("".join(pictures[one.pk])),  # noqa: S308  (escaped)
            "state": str(one.get_status_display()),
        }
        one.strip = Filling(asked, about | whose)


def _identity(patient):
    """What components/patient_identity.html shows of somebody."""
    told = {"full_name": patient.full_name, "number": patient.number}
    return told | ({"born": patient.born} if patient.birth_date else {})


def _first_few(keys):
    """(consultation, thumbnail, width, height) of the first images of each. Django's own query of
    a window takes longer to put into words than to answer."""
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIRST_FEW.format(", ".join(["%s"] * len(keys))), [*keys, STRIP])
        return cursor.fetchall()


def show(request, consultations, *, named=True):
    """`add_strips`, and the audit log of these thumbnails, in one event of whoever looked: one for
    each consultation would bury the looks at pictures."""
    add_strips(consultations, named=named)
    seen = {one.pk: one.shown for one in consultations if one.shown}
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
    consultations = list(listed(Consultation.objects.visible_to(user))[:50])
    show(request, consultations, named=False)
    return render(request, "home/patient.html", {"consultations": consultations})


def _doctor(request):
    mine = listed(Consultation.objects.editable_by(request.user))
    today = timezone.localdate()
    todays = list(mine.filter(date=today))
    recent = list(mine.exclude(date=today)[:RECENT])
    show(request, [*todays, *recent])
    context = {"today": today, "todays": todays, "recent": recent}
    return render(request, "home/doctor.html", context)
