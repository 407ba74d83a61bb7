"""The page that shows two to four pictures of one patient together."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record, record_all
from core.preconditions import etag_of

from .. import additions
from ..comparing.differences import differences
from ..comparing.opening import Opened, OtherPatient, candidates, open_images
from ..comparing.page import arrangement, choices, left_out, proposed_name, shown
from ..measuring.scales import scales_of
from ..models import Comparison, ConsultationImage
from ..models.comparison import LEAST_PANES, MOST_PANES
from ..selection import parse_keys
from ..serializers.comparisons import ComparisonSerializer
from .access import can_edit, get_visible


@login_required
def compare(request: AuthenticatedRequest) -> HttpResponse:
    """`?images=8,6`, or `?comparison=5`. With fewer than two pictures it offers what to add."""
    saved, missing = None, 0
    if key := request.GET.get("comparison", ""):
        saved = _saved(request, key)
        keys, missing = [pane.image_id or 0 for pane in saved.panes], saved.missing
    if not saved or "images" in request.GET:
        keys = parse_keys(request.GET.get("images", "").split(","))
    try:
        opened = open_images(keys, request.user)
    except ConsultationImage.DoesNotExist as none:
        raise Http404 from none
    except OtherPatient as refused:
        context = {"problem": refused}
        return render(request, "comparisons/choose.html", context, status=refused.status)
    told = left_out(Opened(opened.images, opened.gone + missing, opened.repeated, opened.too_many))
    if saved and saved.patient_id != (opened.patient.pk if opened.images else saved.patient_id):
        raise Http404
    if len(opened.images) < LEAST_PANES:
        return _choose(request, opened, told, saved)
    return _compare(request, opened, told, saved)


def _saved(request: AuthenticatedRequest, key: str) -> Comparison:
    """Raises Http404 where there is none, or not for this user."""
    (number,) = parse_keys([key]) or [0]
    return get_visible(Comparison.objects.with_panes(request.user), request.user, number)


def _compare(
    request: AuthenticatedRequest, opened: Opened, told: list[str], saved: Comparison | None
) -> HttpResponse:
    """The pictures; the audit log learns of each as viewed."""
    images, patient = opened.images, opened.patient
    detail = {"comparison": saved.pk} if saved else {}
    record_all(Action.VIEWED, images, compared=[image.pk for image in images], **detail)
    scales = scales_of(images)
    panes = shown(images, scales)
    further = []
    if len(images) < MOST_PANES:
        keys = [image.pk for image in images]
        further = choices(candidates(images[0], request.user, without=keys), images)
    if further:
        record(Action.LISTED, patient, images=len(further))
    context: dict[str, Any] = {
        "patient": patient,
        "panes": panes,
        "added_tools": additions.pane_tools_for([image.pk for image in images], request.user),
        "keys": [pane.image.pk for pane in panes],
        "told": told,
        "differences": differences(images, scales),
        "arrangement": arrangement(saved),
        "further": further,
        "saved": saved,
        # Who changes it changes what this page shows, and nothing that was written since.
        "etag": etag_of(saved, ComparisonSerializer()) if saved else "",
        "note": saved.note if saved and saved.doctor_id == request.user.pk else "",
        "name": saved.name if saved else proposed_name(panes),
        # The machine's look costs as much as an upload: for those who treat.
        "propose_url": reverse("api-alignment") if request.user.is_doctor else "",
        "can_keep": can_edit(saved or patient, request.user),
    }
    return render(request, "comparisons/compare.html", context)


def _choose(
    request: AuthenticatedRequest, opened: Opened, told: list[str], saved: Comparison | None
) -> HttpResponse:
    """Fewer than two pictures: what may be laid beside the one, or where to find some."""
    context: dict[str, Any] = {"told": told, "saved": saved}
    if opened.images:
        (image,) = opened.images
        others = choices(candidates(image, request.user), [image])
        record(Action.LISTED, opened.patient, images=1 + len(others))
        (one,) = shown([image])
        context |= {"patient": opened.patient, "one": one, "others": others}
    elif saved:
        context["patient"] = saved.patient
    return render(request, "comparisons/choose.html", context)
