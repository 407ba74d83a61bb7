"""What is told of photographs, on a tile and beside the picture, in the reader's language.

Worked out once for an image and not at each place that shows it: a page has fifty tiles.
"""

import html
from functools import cache

from django.urls import reverse
from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.safestring import mark_safe
from django.utils.timezone import template_localtime
from django.utils.translation import gettext as _

from core.templatetags.units import file_size
from imaging import storage

from .vocabulary import DermoscopicType, ImageType

NUMBERS, BREAKS = " class=num", " class=break"


def dressed(images: list) -> list:
    """The same images, each with what its tile shows: `image.tile`, and in it `facts`."""
    link, page, facts = storage.linker("thumbnails"), _pages(), Facts()
    for image in images:
        width, height = image.thumbnail_size
        day, by = image.dated
        image.tile = {
            "id": _number(image.pk),
            "page": page(image.pk),
            "thumbnail": link(image.thumbnail.name),
            "thumbnail_width": _number(width),
            "thumbnail_height": _number(height),
            "width": _number(image.width),
            "height": _number(image.height),
            "facts": facts.of(image),
            "day": facts.day(day),
            "dated_by": by,
        }
    return images


def _pages():
    """Addresses of images' pages, which differ in the key alone."""
    before, _key, behind = reverse("image_detail", args=[0]).rpartition("0")
    return lambda key: f"{before}{key}{behind}"


def _number(number):
    """For an attribute: as programs write it, whatever the language."""
    return mark_safe(str(number))  # noqa: S308


class Facts:
    """The words of one page, looked up once."""

    def __init__(self):
        self.types = {value: str(label) for value, label in ImageType.choices}
        self.modes = {value: str(label).lower() for value, label in DermoscopicType.choices}
        short, with_time = get_format("SHORT_DATE_FORMAT"), get_format("SHORT_DATETIME_FORMAT")
        self.day = cache(lambda day: dateformat.format(day, short))
        self._minute = cache(lambda minute: dateformat.format(minute, with_time))
        self.type, self.site, self.location = _row(_("Type")), _row(_("Site")), _row(_("Location"))
        self.by_hand, self.taken = _row(_("Day set by hand"), NUMBERS), _row(_("Taken"), NUMBERS)
        self.of_file, self.added = _row(_("Date of the file"), NUMBERS), _row(_("Added"), NUMBERS)
        self.camera, self.file = _row(_("Camera")), _row(_("File"), BREAKS)
        self.size = _row(_("Size"), NUMBERS)

    def moment(self, moment):
        return self._minute(moment.replace(second=0, microsecond=0))  # seconds are not shown

    def of(self, image) -> dict:
        """`type` and `site` in words, `reasons` against its quality, and all the facts as rows of
        a <dl>."""
        kind, site = self.types.get(image.image_type, image.image_type), image.site_label
        verdict = image.verdict
        return {
            "type": kind,
            "site": site,
            "reasons": [str(reason) for reason in verdict.reasons] if verdict else [],
            "rows": mark_safe("".join(self._rows(image, kind, site))),  # noqa: S308  (_row escapes)
        }

    def _rows(self, image, kind, site):
        if mode := image.dermoscopic_type:
            kind = f"{kind}, {self.modes.get(mode, mode)}"
        yield self.type(kind)
        if image.body_site:
            yield self.site(site)
        if image.body_location:
            yield self.location(image.body_location)
        if image.captured_on:
            yield self.by_hand(self.day(image.captured_on))
        if clock := image.captured_clock:
            label = self.taken if image.captured_source == "original" else self.of_file
            yield label(self.moment(clock))
        yield self.added(self.moment(template_localtime(image.created_at)))
        if image.camera_model:
            yield self.camera(image.camera_model)
        yield self.file(image.original_filename)
        size = f"{image.width} × {image.height} · {file_size(image.file_size)}"
        yield self.size(size)


def _row(label, attributes=""):
    """What writes a row of a <dl> with this label. The next row, or the list's end, ends it: HTML
    wants no tag for that, and no quotes around one word, and a page has hundreds."""
    before = f"<dt>{html.escape(label)}<dd{attributes}>"
    return lambda value: f"{before}{html.escape(value)}"
