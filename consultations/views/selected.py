"""What is done with several images of a consultation or patient page: the bar that the page's
script fetches, and the same in the page and by plain forms where no script runs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from core.errors import ServiceError
from core.fragments import query_string
from core.returning import return_url

from .. import actions, bin
from ..archive import zip_response
from ..models import ConsultationImage, Lesion, Patient
from ..models.image import ConsultationImageQuerySet
from ..selection import NO_LESION, SelectedForm, parse_keys
from ..services import edit_images
from .bin import notify_in_bin


@login_required
def images_selected(request: AuthenticatedRequest) -> HttpResponse:
    """GET: the bar of actions, which a page fetches at the first choice. `?edit=`: its doctor's;
    `?patient=`: all images are this one's, whose lesions it offers. POST: what its form asks for
    where no script answers it, then back to the page."""
    if request.method == "POST":
        return _act(request)
    keys = parse_keys([request.GET.get("patient", "")])
    patient = Patient.objects.editable_by(request.user).filter(pk__in=keys).first()
    context = bar_context(patient) | {
        "can_edit": request.user.is_doctor and bool(request.GET.get("edit"))
    }
    return render(request, "consultations/partials/selection.html", context)


def bar_context(patient: Patient | None) -> dict[str, Any]:
    """What the bar needs but `can_edit`; `patient`: whose lesions it offers."""
    lesions = list(Lesion.objects.filter(patient=patient).order_by("pk")) if patient else []
    return {
        "form": SelectedForm(auto_id="selected-%s", lesions=lesions),
        "patient": patient,
        "offered": [action for action in actions.registered() if action.api_route],
    }


CHOOSE = "choose"  # in a page's query: its tiles come with checkboxes, the bar beneath them


def is_choosing(request: HttpRequest) -> bool:
    return bool(request.GET.get(CHOOSE))


def choosing_context(request: HttpRequest, patient: Patient, editable: bool) -> dict[str, Any]:
    """What a page of a patient's images needs for the link to its `?choose=`, and then itself."""
    choosing = is_choosing(request)
    links = {
        "choosing": choosing,
        "choose_query": query_string(request, **{CHOOSE: 1}),
        "plain_query": query_string(request, **{CHOOSE: ""}),
    }
    bar = bar_context(patient if editable else None) if choosing else {}
    return {**bar, **links, "patient": patient}


def _act(request: AuthenticatedRequest) -> HttpResponse:
    back = redirect(return_url(request, reverse("home")))
    keys, action = parse_keys(request.POST.getlist("ids")), request.POST.get("action", "")
    images = ConsultationImage.objects.editable_by(request.user).filter(pk__in=keys)
    if not keys:
        messages.error(request, _("Choose images first."))
    elif action == "compare":  # the earlier one on the left: pages begin with the latest
        return redirect(f"{reverse('compare')}?images={','.join(map(str, reversed(keys)))}")
    elif action == "delete":
        notify_in_bin(request, bin.put_away_images(images))
    elif action == "edit":
        _edit(request, images)
    return back


def _edit(request: AuthenticatedRequest, images: ConsultationImageQuerySet) -> None:
    asked = parse_keys([request.POST.get("lesion", "")])
    lesions = list(Lesion.objects.editable_by(request.user).filter(pk__in=asked))
    form = SelectedForm(request.POST, lesions=lesions)
    if not form.is_valid():
        texts = [str(text) for errors in form.errors.values() for text in errors]
        messages.error(request, " ".join(texts))
        return
    wanted: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if value}
    if not wanted:
        messages.error(request, _("Say first what the images get."))
        return
    if "lesion" in wanted:
        wanted["lesion"] = None if wanted["lesion"] == NO_LESION else lesions[0]
    try:
        count = edit_images(images, user=request.user, **wanted)
    except ServiceError as error:
        messages.error(request, str(error.detail))
        return
    text = ngettext("%(count)s image changed.", "%(count)s images changed.", count)
    messages.success(request, text % {"count": count})


@login_required
@require_POST
def images_download(request: AuthenticatedRequest) -> HttpResponseBase:
    """The originals of the selected images as a ZIP."""
    visible = ConsultationImage.objects.visible_to(request.user)
    try:
        chosen = visible.filter(pk__in=parse_keys(request.POST.getlist("ids")))
        return zip_response(chosen, request)
    except Http404:
        messages.error(request, _("Choose images first."))
        return redirect(return_url(request, reverse("home")))
