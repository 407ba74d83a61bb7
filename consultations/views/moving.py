"""Moving photographs to another visit: a page to choose it from, and the move."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record_all
from core.errors import ServiceError
from core.fragments import vary_on_htmx, wants_fragment
from core.returning import return_url, sent_along, undo_message
from core.templatetags.dates import short_day

from ..facts import with_tile_facts
from ..models import Consultation, ConsultationImage, Patient
from ..models.consultation import ConsultationQuerySet
from ..moving import move_images
from ..selection import parse_keys
from .access import doctor_required, get_editable

OFFERED = 12  # visits to choose from; others are found by searching for the patient
SHOWN = 8  # thumbnails of what moves


def visits_found(
    visits: ConsultationQuerySet, user: Any, words: str
) -> tuple[list[Consultation], bool]:
    """(the latest OFFERED of `visits`, whether there are more); with `words`, those of patients who
    are found by them."""
    if words:
        patients = Patient.objects.visible_to(user).find(words)
        visits = visits.filter(patient__in=patients.order_by().values("pk"))
    offered = list(visits.select_related("patient").order_by("-date", "-pk")[: OFFERED + 1])
    return offered[:OFFERED], len(offered) > OFFERED


@login_required
def image_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Choose where one photograph goes."""
    image = get_editable(ConsultationImage.objects, request.user, pk)
    back = return_url(request, reverse("image_detail", args=[pk]))
    return _choose(request, [image.pk], back)


@doctor_required
@require_POST
@vary_on_htmx
def images_move(request: AuthenticatedRequest) -> HttpResponse:
    """Move the selected photographs to the chosen consultation; without one, choose it."""
    keys, chosen = parse_keys(request.POST.getlist("ids")), request.POST.get("consultation", "")
    back = sent_along(request, reverse("home"))
    if not keys:
        messages.error(request, _("Choose images first."))
        return redirect(back)
    if not (target := parse_keys([chosen])):
        return _choose(request, keys, back)
    try:
        former = move_images(keys, to=target[0], user=request.user)
    except (Consultation.DoesNotExist, ConsultationImage.DoesNotExist) as gone:
        raise Http404 from gone
    except ServiceError as error:
        messages.error(request, str(error.detail))
        return _choose(request, keys, back, status=error.status)
    _notify(request, former, Consultation.objects.select_related("patient").get(pk=target[0]))
    return redirect(back)


def _choose(
    request: AuthenticatedRequest, keys: list[int], back: str, status: int = 200
) -> HttpResponse:
    visits = Consultation.objects.editable_by(request.user)
    words = request.POST.get("q", "").strip()
    context: dict[str, Any] = {"q": words}
    rows = ConsultationImage.objects.editable_by(request.user).filter(pk__in=keys)
    sources = {*rows.values_list("consultation_id", flat=True)}
    if len(sources) == 1:
        visits = visits.exclude(pk__in=sources)  # where they are
    if wants_fragment(request):
        context["consultations"], context["more"] = visits_found(visits, request.user, words)
        return render(request, "consultations/partials/visit_choices.html", context)
    images = list(rows.select_related("consultation__patient").in_order())
    if len(images) < len({*keys}):
        raise Http404
    patients = {image.consultation.patient for image in images}
    patient = patients.pop() if len(patients) == 1 else None
    others = visits
    if patient:
        context["own"], _more = visits_found(visits.filter(patient=patient), request.user, "")
        others = visits if words else visits.exclude(patient=patient)
    context["consultations"], context["more"] = visits_found(others, request.user, words)
    shown = with_tile_facts(images[:SHOWN])
    record_all(Action.VIEWED, shown, part="thumbnail")
    context |= {
        "images": images,
        "shown": shown,
        "others": len(images) - len(shown),
        "patient": patient,
        "back": back,
    }
    return render(request, "consultations/move.html", context, status=status)


def _notify(request: AuthenticatedRequest, former: dict[int, list[int]], to: Consultation) -> None:
    """Say what was moved where; what came from one consultation can go back at one press."""
    keys = [key for moved in former.values() for key in moved]
    if not keys:
        messages.info(request, _("These images are in that consultation already."))
        return
    text = ngettext(
        "%(count)s image moved to %(name)s, %(day)s.",
        "%(count)s images moved to %(name)s, %(day)s.",
        len(keys),
    ) % {
        "count": len(keys),
        "name": to.patient.full_name,
        "day": short_day(to.date),
    }
    if len(former) > 1:
        messages.success(request, text)
        return
    fields = [("consultation", next(iter(former))), *(("ids", key) for key in keys)]
    messages.success(request, undo_message(request, text, reverse("images_move"), fields))
