from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record_all
from core.returning import return_url
from imaging.bin_notices import notify_put_away, notify_restored

from .. import archive
from ..forms import SelectionForm, parse_keys
from ..models import UserImage
from ..services.images import edit_images
from ..services.quotas import QuotaExceeded
from ..services.tags import TooManyTags
from ..services.trash import delete_images, restore_images


@login_required
@require_POST
def selected(request: AuthenticatedRequest) -> HttpResponse:
    """Apply an action to the selected images; the bar beneath the grid works without scripts."""
    form, keys = SelectionForm(request.POST), parse_keys(request.POST.getlist("ids"))
    if not form.is_valid():
        messages.error(request, _("This could not be done: check the tags."))
    elif not keys:
        messages.error(request, _("Choose images first."))
    elif form.cleaned_data["action"] in ("tag", "untag") and not form.cleaned_data["tags"]:
        messages.error(request, _("Enter a tag first."))
    else:
        _apply(request, form.cleaned_data, keys)
    return HttpResponseRedirect(_return_url(request))


def _apply(request: AuthenticatedRequest, choices: dict[str, Any], keys: Sequence[UUID]) -> None:
    action = choices["action"]
    if action == "restore":
        restore(request, keys)
        return
    images = UserImage.objects.visible_to(request.user).filter(pk__in=keys)
    if action == "delete":
        notify_deleted(request, delete_images(images))
        return
    changes = {
        "favorite": {"favorite": True},
        "unfavorite": {"favorite": False},
        "tag": {"add": choices["tags"]},
        "untag": {"remove": choices["tags"]},
    }
    try:
        count = edit_images(images, **changes[action])
    except TooManyTags:
        messages.error(request, _("One of the images would have too many tags."))
        return
    text = ngettext("%(count)s image changed.", "%(count)s images changed.", count)
    messages.success(request, text % {"count": count})


def restore(request: AuthenticatedRequest, keys: Sequence[UUID]) -> None:
    """Restore deleted images, and add a message with the result."""
    deleted = UserImage.objects.deleted_by(request.user)
    try:
        count = restore_images(deleted.filter(pk__in=keys))
    except QuotaExceeded:
        text = _("There is not enough room to restore them. Delete others first.")
        messages.error(request, text)
        return
    notify_restored(request, count)


def notify_deleted(request: AuthenticatedRequest, keys: Sequence[UUID]) -> None:
    """Add a message with a button that restores the deleted images (`keys`)."""
    text = ngettext("%(count)s image deleted.", "%(count)s images deleted.", len(keys))
    url = reverse("gallery_selected")
    notify_put_away(request, keys, text % {"count": len(keys)}, url)


def _return_url(request: AuthenticatedRequest) -> str:
    """The gallery page that the request came from, or the gallery's first page."""
    gallery = reverse("gallery")
    return return_url(request, gallery, only=gallery)


@login_required
@require_POST
def download(request: AuthenticatedRequest) -> HttpResponseBase:
    """Cut-outs and originals as a streamed ZIP."""
    own_images = UserImage.objects.visible_to(request.user)
    images = own_images.filter(pk__in=parse_keys(request.POST.getlist("ids")))
    if not images.exists():
        messages.error(request, _("Choose images first."))
        return redirect(_return_url(request))
    record_all(Action.ZIPPED, images)
    chunks = archive.zip_gallery(images.order_by("-created_at", "-pk"))
    response = StreamingHttpResponse(chunks, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="gallery.zip"'
    return response
