"""What tiles and pages say about photographs, in the reader's language.

Computed once per image, not at each place that shows it: a page has fifty tiles.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from core.templatetags.dates import moment, short_day
from core.templatetags.filled import Filling
from core.templatetags.units import file_size
from core.templatetags.words import phrase
from imaging import storage

from . import additions
from .models import ConsultationImage, Lesion
from .vocabulary import DermoscopicType, ImageType

NUMBERS, BREAKABLE = " class=num", " class=break"


def with_tile_facts(
    images: list[ConsultationImage],
    list_day: date | None = None,
    sizes: Mapping[int, str] | None = None,
    user: User | None = None,
    *,
    choosing: bool = False,
) -> list[ConsultationImage]:
    """Set `image.tile` on each image: what its tile shows (components/tile.html), the facts of
    `FactSheet.of` among it. `list_day` is said once, by the list; `sizes`, by image, are of what
    was measured; for `user`, tiles have what apps above add (additions.py); `choosing` adds the
    name of each checkbox. Returns the list."""
    added = additions.marked([image.pk for image in images], user) if user and images else {}
    link, page = storage.url_signer("thumbnails"), _page_links()
    facts = FactSheet(_lesion_labels(images))
    for image in images:
        width, height = image.thumbnail_size
        day, source = image.date_and_source
        shape, values = facts.parts(image)
        shape |= {
            "original": image.browser_can_show_original,
            "marked": source in ("upload", "file"),
            "incomplete": image.incomplete,
            "measured": image.pk in (sizes or {}),
        }
        values |= {
            "id": str(image.pk),
            "page": page(image.pk),
            "thumbnail": link(str(image.thumbnail.name)),
            "thumbnail_width": str(width),
            "thumbnail_height": str(height),
            "attributes": _attributes(image, day if day != list_day else None, added),
            "day": facts.shown_day(day, source),
            "size": (sizes or {}).get(image.pk, ""),
        }
        if choosing:
            what = phrase([values["type"], values["site"], values["day"]])
            values["select"] = _("Select: %(what)s") % {"what": what}
        image.tile = Filling(shape, values)
    return images


def _lesion_labels(images: list[ConsultationImage]) -> dict[int, str]:
    """{key: label} of the images' lesions; no query where there are none."""
    keys = {image.lesion_id for image in images if image.lesion_id}
    return dict(Lesion.objects.filter(pk__in=keys).values_list("pk", "label")) if keys else {}


def _page_links() -> Callable[[int], str]:
    """A function from an image's key to the path of its page; `reverse` is called only once."""
    prefix, _key, suffix = reverse("image_detail", args=[0]).rpartition("0")
    return lambda key: f"{prefix}{key}{suffix}"


def _attributes(image: ConsultationImage, day: date | None, added: Mapping[int, str]) -> SafeString:
    """What a tile says to the viewer; in one text, since there are fifty a page."""
    text = f'data-id="{image.pk}" data-width="{image.width}" data-height="{image.height}"'
    text += f' data-day="{day}"' if day else ""
    return mark_safe(text + added.get(image.pk, ""))  # noqa: S308  (numbers, a day, our own names)


class FactSheet:
    """Describes images in the reader's language; labels and formats are looked up once a page."""

    def __init__(
        self,
        lesions: Mapping[int, str] | None = None,
        day: Callable[[date | None], str] = short_day,
    ) -> None:
        """`lesions`: the labels of those that the images belong to, by key."""
        self.types = {value: str(label) for value, label in ImageType.choices}
        self.modes = {value: str(label).lower() for value, label in DermoscopicType.choices}
        self.day, self._minute = cache(day), cache(moment)
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
        self.lesion, self.lesions = _row_writer(_("Lesion")), dict(lesions or {})
        # First of all: who takes left for right treats the wrong side.
        self.mirrors = {"unknown": _("Front camera: mirrored?"), "yes": _("Mirrored")}
        self.size = _row_writer(_("Size"), NUMBERS)
        self.marks = {"upload": _("added %(day)s"), "file": _("%(day)s, date of the file")}

    def moment(self, when: datetime) -> str:
        """A time to the minute, in the short format of the language."""
        return self._minute(when.replace(second=0, microsecond=0))  # cached by the minute

    def shown_day(self, day: date, source: str) -> str:
        """The day under a tile, marked where it is not the day of the picture; `source` is
        `date_and_source`'s."""
        return self.marks.get(source, "%(day)s") % {"day": self.day(day)}

    def of(self, image: ConsultationImage) -> dict[str, Any]:
        """What consultations/partials/image_facts.html shows."""
        shape, values = self.parts(image)
        return shape | values

    def parts(self, image: ConsultationImage) -> tuple[dict[str, bool], dict[str, str]]:
        """The same in two parts: what the markup depends on, and the texts. `rows` is the escaped
        HTML of a <dl>, `text` that of the description; `warning` is of a poor picture, and
        `first_warning` the beginning of it."""
        kind, site = self.types.get(image.image_type, image.image_type), image.site_label
        verdict = image.verdict
        reasons = [self.mirrors[image.mirrored]] if image.mirrored in self.mirrors else []
        reasons += [str(reason) for reason in verdict.reasons] if verdict else []
        shape = {
            "primary": image.is_primary,
            "warned": bool(reasons),
            "damaged": image.damaged,
            "described": bool(image.description),
        }
        values = {
            "type": kind,
            "site": site,
            "warning": phrase(reasons),
            "first_warning": reasons[0] if reasons else "",
            "rows": mark_safe("".join(self._rows(image, kind, site))),  # noqa: S308  (_row_writer escapes)
            "text": linebreaksbr(image.description) if image.description else "",
        }
        return shape, values

    def _rows(self, image: ConsultationImage, kind: str, site: str) -> Iterator[str]:
        if mode := image.dermoscopic_type:
            kind = f"{kind}, {self.modes.get(mode, mode)}"
        yield self.type(kind)
        if image.body_site:
            yield self.site(site)
        if image.lesion_id:
            yield self.lesion(self.lesions.get(image.lesion_id) or image.lesion_label)
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
