"""What tiles and pages say about photographs, in the reader's language.

Computed once per image, not at each place that shows it: a page has fifty tiles.
"""

import html
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.templatetags.dates import moment, short_day
from core.templatetags.units import file_size
from imaging import storage

from .models import ConsultationImage
from .vocabulary import DermoscopicType, ImageType

NUMBERS, BREAKABLE = " class=num", " class=break"


def with_tile_facts(
    images: list[ConsultationImage], list_day: date | None = None
) -> list[ConsultationImage]:
    """Set `image.tile` on each image: what its tile shows, with `facts` (see `FactSheet.of`).
    `list_day` is said once, by the list. Returns the same list."""
    link, page, facts = storage.url_signer("thumbnails"), _page_links(), FactSheet()
    for image in images:
        width, height = image.thumbnail_size
        day, source = image.date_and_source
        image.tile = {
            "id": _attribute(image.pk),
            "page": page(image.pk),
            "thumbnail": link(str(image.thumbnail.name)),
            "thumbnail_width": _attribute(width),
            "thumbnail_height": _attribute(height),
            "width": _attribute(image.width),
            "height": _attribute(image.height),
            "facts": facts.of(image),
            "day": facts.day(day),
            "data_day": mark_safe(f' data-day="{day}"') if day != list_day else "",  # noqa: S308
            "dated_by": source,
        }
    return images


def _page_links() -> Callable[[int], str]:
    """A function from an image's key to the path of its page; `reverse` is called only once."""
    prefix, _key, suffix = reverse("image_detail", args=[0]).rpartition("0")
    return lambda key: f"{prefix}{key}{suffix}"


def _attribute(number: int) -> SafeString:
    """A number for an HTML attribute, written without localisation."""
    return mark_safe(str(number))  # noqa: S308


class FactSheet:
    """Describes images in the reader's language; labels and formats are looked up once a page."""

    def __init__(self) -> None:
        self.types = {value: str(label) for value, label in ImageType.choices}
        self.modes = {value: str(label).lower() for value, label in DermoscopicType.choices}
        self.day, self._minute = cache(short_day), cache(moment)
        self.type, self.site, self.location = (
            _row_writer(_("Type")),
            _row_writer(_("Site")),
            _row_writer(_("Location")),
        )
        self.by_hand, self.taken = (
            _row_writer(_("Date set by hand"), NUMBERS),
            _row_writer(_("Taken"), NUMBERS),
        )
        self.of_file, self.added = (
            _row_writer(_("File date"), NUMBERS),
            _row_writer(_("Added"), NUMBERS),
        )
        self.camera, self.file = _row_writer(_("Camera")), _row_writer(_("File"), BREAKABLE)
        self.size = _row_writer(_("Size"), NUMBERS)

    def moment(self, when: datetime) -> str:
        """A time to the minute, in the short format of the language."""
        return self._minute(when.replace(second=0, microsecond=0))  # cached by the minute

    def of(self, image: ConsultationImage) -> dict:
        """{"type", "site": in words; "reasons": of a quality warning; "rows": everything, as the
        escaped HTML of a <dl>}."""
        kind, site = self.types.get(image.image_type, image.image_type), image.site_label
        verdict = image.verdict
        return {
            "type": kind,
            "site": site,
            "reasons": [str(reason) for reason in verdict.reasons] if verdict else [],
            "rows": mark_safe("".join(self._rows(image, kind, site))),  # noqa: S308  (_row_writer escapes)
        }

    def _rows(self, image: ConsultationImage, kind: str, site: str) -> Iterator[str]:
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
        yield self.added(self.moment(image.created_at))
        if image.camera_model:
            yield self.camera(image.camera_model)
        yield self.file(image.original_filename)
        size = f"{image.width} × {image.height} · {file_size(image.file_size)}"
        yield self.size(size)


def _row_writer(label: str, attributes: str = "") -> Callable[[str], str]:
    """A function that writes a row of a <dl> with this label, escaped. The end tags are left out,
    as HTML allows: a page has hundreds of rows."""
    opening = f"<dt>{html.escape(label)}<dd{attributes}>"
    return lambda value: f"{opening}{html.escape(value)}"
