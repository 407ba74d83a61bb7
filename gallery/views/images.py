from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core import keyset
from core.fragments import vary_on_htmx, wants_fragment
from imaging.storage.redirect import signed_redirect

from ..forms import EngineForm, ImageForm
from ..models import UserImage
from ..models.images import UserImageQuerySet
from ..services import tags
from ..services.images import edit_images
from ..services.processing import retry_image
from ..services.tags import TooManyTags
from ..services.trash import delete_images
from .grid import MAX_SUGGESTIONS, POLL_PAUSES
from .selected import notify_deleted
from .tiles import with_tile_facts


@login_required
@vary_on_htmx
def detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One image with its cut-out; its owner edits it here."""
    own_images, form = UserImage.objects.visible_to(request.user), None
    if request.method == "POST":
        with transaction.atomic():
            image = get_object_or_404(own_images.select_for_update(), pk=pk)
            with_tile_facts([image])
            form = _image_form(image, request.POST)
            if form.is_valid() and _save_form(form, own_images.filter(pk=pk)):
                messages.success(request, _("Saved."))
                return redirect("gallery_image", pk=pk)
    else:
        image = get_object_or_404(own_images, pk=pk)
        with_tile_facts([image])
    previous = request.GET.get("turn", "")
    turn = min(int(previous[:2]) + 1, len(POLL_PAUSES) - 1) if previous.isdecimal() else 0
    context = {"image": image, "turn": turn, "pause": POLL_PAUSES[turn]}
    if wants_fragment(request):
        return _render_progress(request, context)
    record(Action.VIEWED, image)
    context |= {
        "form": form or _image_form(image),
        "etag": image.entity_tag(image.tag_names),
        "own_tags": tags.suggestions(request.user, most=MAX_SUGGESTIONS),
        "engines": UserImage.Engine.choices,
        "downloads": _downloads(image),
        "newer": keyset.page(
            own_images, own_images.IN_ORDER, str(pk), 1, ascending=True, by_key=True
        ).images,
        "older": keyset.page(own_images, own_images.IN_ORDER, str(pk), 1, by_key=True).images,
    }
    status = 409 if form and form.conflicts else 200
    return render(request, "gallery/image.html", context, status=status)


def _image_form(image: UserImage, data: QueryDict | None = None) -> ImageForm:
    initial = {
        "title": image.title,
        "tags": ", ".join(image.tag_names),
        "is_favorite": image.is_favorite,
    }
    return ImageForm(data, initial=initial)


def _save_form(form: ImageForm, images: UserImageQuerySet) -> bool:
    changes = form.changes
    if not changes:
        return True
    try:
        changed = edit_images(
            images,
            title=changes.get("title"),
            favorite=changes.get("is_favorite"),
            tag_names=changes.get("tags"),
        )
    except TooManyTags:
        form.add_error("tags", _("Too many tags."))
        return False
    if not changed:
        raise Http404
    return True


def _render_progress(request: AuthenticatedRequest, context: dict[str, Any]) -> HttpResponse:
    """The progress line while the image waits; afterwards the whole picture."""
    image = context["image"]
    if image.is_waiting:
        return render(request, "gallery/partials/waiting.html", context)
    context |= {"engines": UserImage.Engine.choices, "downloads": _downloads(image), "part": True}
    response = render(request, "gallery/partials/finished.html", context)
    return reswap(retarget(response, "#picture"), "outerHTML")


def _downloads(image: UserImage) -> dict[str, str]:
    """{part: path} of each file that can be downloaded: our own paths, which write to the audit
    log."""
    parts = [*(["cutout"] if image.cutout else []), "original", "thumbnail"]
    return {part: reverse("gallery_file", args=[image.pk, part]) for part in parts}


@login_required
def gallery_file(request: AuthenticatedRequest, pk: UUID, part: str) -> HttpResponse:
    """Redirect to the signed URL of one file, with a file name that says which one it is."""
    image = get_object_or_404(UserImage.objects.visible_to(request.user), pk=pk)
    if part not in _downloads(image):
        raise Http404
    record(Action.DOWNLOADED, image, part=part)
    return signed_redirect(_signed_url(image, part))


def _signed_url(image: UserImage, part: str) -> str:
    def link(field: FieldFile, suffix: str) -> str:
        container: Any = field.storage  # one of ours: it takes a file name
        return container.url(field.name, filename=image.file_name(suffix))

    if part == "cutout":
        return link(image.cutout, "_cut-out.png")
    if part == "thumbnail":
        return link(image.shown_thumbnail, "_thumbnail.webp")
    return image.download_url


@login_required
@require_POST
def delete(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Move an image to the bin."""
    images = UserImage.objects.visible_to(request.user).filter(pk=pk)
    deleted_keys = delete_images(images)
    if not deleted_keys:
        raise Http404
    notify_deleted(request, deleted_keys)
    return redirect("gallery")


@login_required
@require_POST
def retry(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Process an image again, maybe with another engine."""
    image = get_object_or_404(UserImage.objects.visible_to(request.user), pk=pk)
    form = EngineForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        retry_image(image, engine=form.cleaned_data["engine"] or None)
    except UserImage.DoesNotExist as gone:
        raise Http404 from gone
    return redirect("gallery_image", pk=pk)
