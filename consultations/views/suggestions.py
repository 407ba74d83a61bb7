"""What the search in the bar suggests while somebody types."""

from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from imaging import storage

from ..models import Consultation, ConsultationImage, Patient
from ..ordering import BY_VISIT, descending
from .access import doctor_required

MOST = 7


class Suggestion(NamedTuple):
    """A patient, the day of their last visit, and the signed URL of its latest thumbnail or ""."""

    patient: Patient
    last_visit: date | None
    thumbnail: str


@doctor_required
def patient_suggestions(request: AuthenticatedRequest) -> HttpResponse:
    """At most MOST patients who match `q`: options of a listbox."""
    words = request.GET.get("q", "").strip()
    found = _find(request.user, words) if words else []
    shown = [suggestion for suggestion in found[:MOST] if suggestion.thumbnail]
    if shown:
        record(Action.LISTED, request.user, images=len(shown))
    context = {"suggestions": found[:MOST], "more": len(found) > MOST, "q": words}
    return render(request, "patients/partials/suggestions.html", context)


def _find(user: User, words: str) -> list[Suggestion]:
    own = Patient.objects.visible_to(user)
    for joined in (False, True):
        if patients := list(own.search(words, joined=joined)[: MOST + 1]):
            return _with_last_visit(user, patients)
    return []


def _with_last_visit(user: User, patients: list[Patient]) -> list[Suggestion]:
    """A query of its own: in the search, both subqueries would be worked out for every patient whom
    the database sorts."""
    visits = Consultation.objects.visible_to(user).filter(patient=OuterRef("pk"))
    images = ConsultationImage.objects.visible_to(user).filter(patient=OuterRef("pk"))
    rows = Patient.objects.filter(pk__in=[patient.pk for patient in patients]).values_list(
        "pk",
        Subquery(visits.order_by("-date", "-pk").values("date")[:1]),
        Subquery(images.order_by(*descending(BY_VISIT)).values("thumbnail")[:1]),
    )
    link, last = storage.url_signer("thumbnails"), {key: facts for key, *facts in rows}
    return [
        Suggestion(patient, visit, link(blob) if blob else "")
        for patient in patients
        for visit, blob in [last.get(patient.pk, (None, ""))]
    ]
