"""What is done with several images of a consultation or patient page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from core.returning import return_url

from .. import actions
from ..archive import zip_response
from ..models import ConsultationImage, Lesion, Patient
from ..selection import SelectedForm, parse_keys


@login_required
def images_selected(request: AuthenticatedRequest) -> HttpResponse:
    """The bar of actions, which a page fetches at the first choice. `?edit=`: its doctor's;
    `?patient=`: all images are this one's, whose lesions it offers."""
    offered = [action for action in actions.registered() if action.api_route]
    keys = parse_keys([request.GET.get("patient", "")])
    patient = Patient.objects.editable_by(request.user).filter(pk__in=keys).first()
    lesions = list(Lesion.objects.filter(patient=patient).order_by("pk")) if patient else []
    context = {
        "can_edit": request.user.is_doctor and bool(request.GET.get("edit")),
        "form": SelectedForm(auto_id="selected-%s", lesions=lesions),
        "patient": patient,
        "offered": offered,
    }
    return render(request, "consultations/partials/selection.html", context)


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
