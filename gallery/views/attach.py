"""Copying a consultation's photograph into the gallery, and a gallery image into a consultation."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from consultations.forms import ImageMetadataForm
from consultations.models import Consultation, ConsultationImage, Patient
from consultations.models.consultation import ConsultationQuerySet
from consultations.views.access import doctor_required
from consultations.vocabulary import ImageType
from core.errors import Unavailable
from core.fragments import vary_on_htmx, wants_fragment
from core.idempotency import internal_key
from core.throttling import UserRate
from imaging import storage
from imaging.errors import IdempotencyKeyReused, ImageRefused

from ..models import UserImage
from ..services import transfer
from ..services.quotas import QuotaExceeded

TOO_OFTEN = _("Too many requests. Try again later.")
OFFERED = 12  # consultations to choose from; others are found by searching for the patient


class UploadRate(UserRate):
    """The API's limit for uploads, with the same counter: the image is decoded and stored alike."""

    scope = "uploads"


@login_required
@require_POST
def gallery_from_consultation(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Copy a photograph into the user's own gallery; whoever may see it may do so."""
    image = get_object_or_404(ConsultationImage.objects.visible_to(request.user), pk=pk)
    if not UploadRate().allow_request(request, None):
        messages.error(request, TOO_OFTEN)
        return redirect("image_detail", pk=pk)
    try:
        copy, created = transfer.copy_from_consultation(image=image, user=request.user)
    except (QuotaExceeded, ImageRefused, Unavailable) as error:
        messages.error(request, error.detail)
        return redirect("image_detail", pk=pk)
    if created:
        messages.success(
            request, _("The image is in your gallery. Its background is being removed.")
        )
    else:
        messages.info(request, _("This image is in your gallery already."))
    return redirect("gallery_image", pk=copy.pk)


@doctor_required
@vary_on_htmx
def gallery_attach(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """In two steps: find the consultation, then enter the metadata, with the patient in view."""
    image = get_object_or_404(UserImage.objects.visible_to(request.user), pk=pk)
    consultations = Consultation.objects.editable_by(request.user).select_related("patient")
    chosen_key = request.POST.get("consultation") or request.GET.get("consultation") or ""
    if not chosen_key:
        return _choose_consultation(request, image, consultations)
    if not (chosen_key.isascii() and chosen_key.isdigit()):
        raise Http404
    consultation = get_object_or_404(consultations, pk=chosen_key[:18])
    dermoscopic = {"image_type": ImageType.DERMOSCOPY} if image.dermoscopic else {}
    form = ImageMetadataForm(request.POST or None, initial=dermoscopic)
    # A form that is sent twice attaches the image once.
    once = request.POST.get("once", "").replace("\0", "")[:64] or storage.new_id()
    if request.method == "POST" and not UploadRate().allow_request(request, None):
        form.add_error(None, TOO_OFTEN)
    elif request.method == "POST" and form.is_valid():
        try:
            transfer.attach_to_consultation(
                image=image,
                consultation=consultation,
                user=request.user,
                idempotency_key=internal_key(f"attach/{once}"),
                **form.cleaned_data,
            )
            messages.success(request, _("Image attached to the consultation."))
            return redirect("consultation_detail", pk=consultation.pk)
        except (ImageRefused, Unavailable) as error:
            form.add_error(None, error.detail)
        except (Consultation.DoesNotExist, IdempotencyKeyReused) as gone:
            raise Http404 from gone
    context = {
        "image": image,
        "consultation": consultation,
        "patient": consultation.patient,
        "metadata_form": form,
        "once": once,
    }
    return render(request, "gallery/attach.html", context)


def _choose_consultation(
    request: AuthenticatedRequest, image: UserImage, consultations: ConsultationQuerySet
) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    if words:
        patients = Patient.objects.visible_to(request.user).find(words)
        consultations = consultations.filter(patient__in=patients.order_by().values("pk"))
    offered = list(consultations.order_by("-date", "-pk")[: OFFERED + 1])
    context = {
        "image": image,
        "q": words,
        "consultations": offered[:OFFERED],
        "more": len(offered) > OFFERED,
        "page_url": reverse("gallery_attach", args=[image.pk]),
    }
    part = wants_fragment(request)
    template = "gallery/partials/attach_results.html" if part else "gallery/attach_choose.html"
    return render(request, template, context)
