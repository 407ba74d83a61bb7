"""What a tile of the gallery shows besides the image's columns."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.templatetags.dates import short_day
from core.templatetags.filled import Filling
from imaging import storage

from ..models import UserImage
from ..services import tags


def with_tile_facts(images: list[UserImage]) -> list[UserImage]:
    """Set on each image `tag_names`, `took` (s), `seconds` since processing began or None, and
    `tile`, what the grid shows. One query for all; computed once, as a page has fifty images.
    Returns the same list."""
    names, now = tags.names_by_image(images), timezone.now()
    link, page, zone = (
        storage.url_signer("thumbnails"),
        _page_links(),
        timezone.get_current_timezone(),
    )
    added_on, select_label = _("added %(day)s"), _("Select %(title)s")
    day_of = cache(lambda day: added_on % {"day": short_day(day)})
    for image in images:
        image.tag_names = names.get(image.pk, [])
        since = image.processing_since
        image.took = image.processing_time / 1000 if image.processing_time is not None else None
        image.seconds = max(0, int((now - since).total_seconds())) if since else None
        width, height = image.thumbnail_size
        title = str(image.shown_title)
        values = {
            "id": mark_safe(str(image.pk)),  # noqa: S308  (a key)
            "page": page(image.pk),
            "thumbnail": link(str(image.shown_thumbnail.name)),
            "width": str(width),
            "height": str(height),
            "title": title,
            "select": select_label % {"title": title},
            "day": day_of(image.created_at.astimezone(zone).date()),
            "tags": ", ".join(image.tag_names),
        }
        shape = _shape(image)
        if shape["failed"]:
            values["why"] = str(image.failure)
        image.tile = Filling(shape, values)
    return images


def _shape(image: UserImage) -> dict[str, bool]:
    """What a tile's markup depends on."""
    waiting = image.is_waiting
    return {
        "favorite": image.is_favorite,
        "cut_out": bool(image.cutout_thumbnail),
        "waits": waiting,
        "doubtful": image.quality == image.Quality.FAIR and not waiting,
        "failed": image.status == image.Status.FAILED,
    }


def _page_links() -> Callable[[UUID], str]:
    """A function from an image's key to the path of its page; `reverse` is called only once."""
    placeholder = "00000000-0000-0000-0000-000000000000"
    prefix, _key, suffix = reverse("gallery_image", args=[placeholder]).partition(placeholder)
    return lambda key: f"{prefix}{key}{suffix}"
