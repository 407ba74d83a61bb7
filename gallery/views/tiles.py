"""What a tile shows of an image besides its own columns."""

from functools import cache

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.templatetags.filled import Filling
from imaging import storage

from ..services import tags


def dressed(images):
    """Images with `tag_names`, `took` (s) and, of one in work, `seconds` since it began: one query
    for all. And `tile`, what a grid shows of each, worked out once: a page has fifty."""
    names, now = tags.of_images(images), timezone.now()
    link, page, zone = storage.linker("thumbnails"), _pages(), timezone.get_current_timezone()
    added, select = _("added %(day)s"), _("Select %(title)s")
    day_of = cache(lambda day: added % {"day": date_format(day, "SHORT_DATE_FORMAT")})
    for image in images:
        image.tag_names = names.get(image.pk, [])
        since = image.processing_since
        image.took = image.processing_time / 1000 if image.processing_time is not None else None
        image.seconds = max(0, int((now - since).total_seconds())) if since else None
        width, height = image.thumbnail_size
        title = str(image.shown_title)
        told = {
            "id": mark_safe(str(image.pk)),  # noqa: S308  (a key)
            "page": page(image.pk),
            "thumbnail": link(image.shown_thumbnail.name),
            "width": str(width),
            "height": str(height),
            "title": title,
            "select": select % {"title": title},
            "day": day_of(image.created_at.astimezone(zone).date()),
            "tags": ", ".join(image.tag_names),
        }
        asked = _asked(image)
        if asked["failed"]:
            told["why"] = str(image.failure)
        image.tile = Filling(asked, told)
    return images


def _asked(image):
    """What a tile's markup depends on."""
    waits = image.is_waiting
    return {
        "favorite": image.is_favorite,
        "cut_out": bool(image.cutout_thumbnail),
        "waits": waits,
        "doubtful": image.quality == image.Quality.FAIR and not waits,
        "failed": image.status == image.Status.FAILED,
    }


def _pages():
    """Addresses of images' pages, which differ in the key alone."""
    nobody = "00000000-0000-0000-0000-000000000000"
    before, _key, behind = reverse("gallery_image", args=[nobody]).partition(nobody)
    return lambda key: f"{before}{key}{behind}"
