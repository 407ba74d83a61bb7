"""What was measured, as pages, the API and plots read it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.templatetags.units import with_margin

from ..models import ConsultationImage, Measurement, Scale
from . import geometry
from .versions import scale_etag


@dataclass(frozen=True, slots=True)
class Size:
    """A figure with its margin of error (95 %): px and, where there is a scale, mm; of an area in
    squares of these."""

    pixels: float
    pixels_margin: float
    millimetres: float | None
    margin: float | None
    is_area: bool = False

    def __str__(self) -> str:
        """ "7.2 mm ± 0.3"; "412 px ± 6"."""
        square = "²" if self.is_area else ""
        if self.millimetres is None or self.margin is None:
            return with_margin(self.pixels, max(self.pixels_margin, 1), f"px{square}")
        return with_margin(self.millimetres, self.margin, f"mm{square}")


def figures_of(measurement: Measurement) -> dict[str, Size | None]:
    """`length`, `area`, `largest_diameter` and `perimeter`; None where there is no such thing."""
    kind, points, pointing = measurement.kind, measurement.points, measurement.pointing
    main = geometry.main_figure(kind, points, pointing)
    found = {
        "length": None if measurement.is_area else main,
        "area": main if measurement.is_area else None,
        "largest_diameter": geometry.largest_diameter(kind, points, pointing),
        "perimeter": geometry.perimeter(kind, points, pointing),
    }
    scale = measurement.scale
    return {name: _sized(figure, scale) if figure else None for name, figure in found.items()}


def _sized(figure: geometry.Figure, scale: Scale | None) -> Size:
    millimetres = margin = None
    if scale:
        millimetres, margin = figure.scaled(scale.mm_per_px, scale.uncertainty)
    return Size(figure.value, figure.margin, millimetres, margin, figure.power == 2)


def largest_of(rows: Iterable[Measurement]) -> dict[int, Size]:
    """{image's key: the largest diameter among its measurements}, in px where it has no scale."""
    largest: dict[int, Size] = {}
    for row in rows:
        size, former = figures_of(row)["largest_diameter"], largest.get(row.image_id)
        if size and (not former or size.pixels > former.pixels):  # one scale to an image
            largest[row.image_id] = size
    return largest


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement on a page: `figure` is its main one, `more` further ones by their names."""

    row: Measurement
    figure: Size
    more: Sequence[tuple[str, Size]]

    @property
    def points(self) -> str:
        """As JSON, for the viewer."""
        return json.dumps(self.row.points)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that pages show of an image's scale and measurements, and how they were before."""

    scale: Scale | None
    measured: Sequence[Measured]
    former_scales: Sequence[Scale]
    deleted: Sequence[Measured]

    @property
    def is_empty(self) -> bool:
        return not (self.scale or self.measured or self.former_scales or self.deleted)

    @property
    def etag(self) -> str:
        """For the viewer, which sets the scale by the API."""
        return scale_etag(self.scale)


def sheet_of(image: ConsultationImage) -> Sheet:
    """Two queries."""
    scales = list(Scale.objects.filter(image=image).select_related("device", "set_by"))
    rows = Measurement.all_rows.filter(image=image).select_related("scale", "author")
    measured = [_measured(row) for row in rows]
    return Sheet(
        scale=next((scale for scale in scales if scale.ended_at is None), None),
        measured=[one for one in measured if one.row.deleted_at is None],
        former_scales=[scale for scale in scales if scale.ended_at],
        deleted=[one for one in measured if one.row.deleted_at],
    )


def _measured(row: Measurement) -> Measured:
    figures: dict[str, Any] = figures_of(row)
    main = figures["area"] or figures["length"]
    names = {"largest_diameter": _("Largest diameter"), "perimeter": _("Perimeter")}
    more = [(label, figures[name]) for name, label in names.items()] if row.is_area else []
    return Measured(row, main, more)
