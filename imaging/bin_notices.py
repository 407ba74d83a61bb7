"""What a page says after something went into the bin, or came back out of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.returning import undo_message


def notify_put_away(request: HttpRequest, keys: Sequence[Any], text: str, url: str) -> None:
    """Say `text`, with a button that restores the images (`keys`) through `url`."""
    if not keys:
        messages.error(request, _("Nothing was deleted: these images no longer exist."))
        return
    fields = [("action", "restore"), *(("ids", key) for key in keys)]
    messages.success(request, undo_message(request, text, url, fields))


def notify_restored(request: HttpRequest, count: int) -> None:
    """Say how many images are back, or that it is too late."""
    if not count:
        messages.error(request, _("It is too late to restore them."))
        return
    text = ngettext("%(count)s image restored.", "%(count)s images restored.", count)
    messages.success(request, text % {"count": count})
