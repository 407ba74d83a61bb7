from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core.fragments import vary_on_htmx, wants_fragment
from imaging.storage.redirect import signed_redirect

from .. import bin, services
from ..facts import FactSheet, with_tile_facts
from ..forms import ImageMetadataForm
from ..measuring.reading import sheet_of
from ..models import ConsultationImage
from ..models.image import ConsultationImageQuerySet
from ..vocabulary import Mirrored
from .access import can_edit, get_editable, get_visible
from .bin import notify_in_bin
from .editing import render_form
from .labelling import WALK, next_page


def _images() -> ConsultationImageQuerySet:
    return ConsultationImage.objects.select_related("consultation__patient")


IN_VIEWER = "viewer_%s"  # ids of the fields there: the page may have the upload modal's form, too


@login_required
@vary_on_htmx
def image_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One photograph; its doctor can edit the metadata. As a fragment, only their form."""
    if wants_fragment(request):
        return _edit_in_viewer(request, pk)
    image, form = get_visible(_images(), request.user, pk), None
    editable = can_edit(image, request.user)
    if request.method == "POST":
        if not editable:
            raise PermissionDenied
        form = _save_form(request, image)
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect(next_page(request, image))
    elif editable:
        form = ImageMetadataForm(instance=image)
    record(Action.VIEWED, image)
    context = {
        "image": image,
        "facts": FactSheet().of(image),
        "consultation": image.consultation,
        "patient": image.consultation.patient,
        "can_edit": editable,
        "sheet": sheet_of(image) if editable else None,
        "metadata_form": form,
        "walking": WALK in request.GET,
    }
    if form is None:
        return render(request, "consultations/image.html", context)
    return render_form(request, "consultations/image.html", context, form)


def _edit_in_viewer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The form beside the picture in the viewer, which has told the audit log of the look. Saved,
    the answer is the image's tile; a refused form comes again, with 409 or 422."""
    image = get_editable(_images(), request.user, pk)
    if request.method == "POST":
        form = _save_form(request, image, auto_id=IN_VIEWER)
        if form.is_valid():
            tiles = with_tile_facts([get_visible(_images(), request.user, pk)])
            return render(
                request, "components/tile.html", {"tile": tiles[0].tile, "can_edit": True}
            )
    else:
        form = ImageMetadataForm(instance=image, auto_id=IN_VIEWER)
    context = {"image": image, "metadata_form": form}
    template = "consultations/partials/image_form.html"
    return render_form(request, template, context, form, invalid=422)


def _save_form(
    request: AuthenticatedRequest, image: ConsultationImage, **options: Any
) -> ImageMetadataForm:
    """The validated form, saved if it is valid. Where the image has changed since it was read, the
    form is validated again: only the service takes locks, the consultation's first."""
    while True:
        as_of = image.updated_at
        form = ImageMetadataForm(request.POST, instance=image, **options)
        if not form.is_valid():
            return form
        try:
            services.update_image(image, as_of=as_of, user=request.user, **form.changes)
            if form.also_mirrored:
                own = ConsultationImage.objects.editable_by(request.user)
                alike = own.filter(pk__in=form.also_mirrored, mirrored=Mirrored.UNKNOWN)
                said = form.cleaned_data["mirrored"]
                services.edit_images(alike, user=request.user, mirrored=said)
            return form
        except services.StaleImage:
            image = get_visible(_images(), request.user, image.pk)
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone


@login_required
def image_file(request: AuthenticatedRequest, pk: int, part: str) -> HttpResponse:
    """Redirect to the signed URL of the display or the original, to view or to download. Grids link
    here, not to signed URLs, so that the audit log knows who looked at which image."""
    image = get_visible(ConsultationImage.objects, request.user, pk)
    if part == "download":
        record(Action.DOWNLOADED, image)
        return signed_redirect(image.download_url)
    record(Action.VIEWED, image, part=part)
    return signed_redirect(image.original.url if part == "original" else image.display.url)


@login_required
def image_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Move a photograph to the bin, after asking."""
    image = get_editable(_images(), request.user, pk)
    if request.method == "POST":
        images = ConsultationImage.objects.filter(pk=image.pk)
        notify_in_bin(request, bin.put_away_images(images))
        return redirect("consultation_detail", pk=image.consultation_id)
    record(Action.VIEWED, image, part="thumbnail")
    days = settings.BIN_DAYS
    context = {"image": image, "patient": image.consultation.patient, "days": days}
    return render(request, "consultations/image_delete.html", context)
