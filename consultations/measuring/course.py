"""How a lesion's size goes from visit to visit: what its page and the API tell of it.

Only of images that the reader may change, as everything that is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..models import ConsultationImage, Lesion, Measurement
from ..models.access import Viewer
from . import geometry
from .growth import Growth, growth
from .reading import Size, largest_of

MOST = 2000  # measurements that are read, those of the latest images


@dataclass(frozen=True, slots=True)
class Sized:
    """An image, the day that it shows, and the largest diameter measured in it, mm."""

    image: ConsultationImage
    day: date
    size: Size
    millimetres: float
    margin: float


@dataclass(frozen=True, slots=True)
class Course:
    """`sized`, the earliest first; `growth`, None before a second day; `without_scale`: images in
    which something was measured that has no millimetres."""

    sized: Sequence[Sized]
    growth: Growth | None
    without_scale: Sequence[ConsultationImage]

    @property
    def sizes(self) -> dict[int, str]:
        """{image's key: its size in words}."""
        return {one.image.pk: str(one.size) for one in self.sized}


def course_of(lesion: Lesion, user: Viewer) -> Course:
    """What `user` may know of the lesion's size; nothing for who may not change its images. One
    query."""
    rows = Measurement.objects.editable_by(user).filter(image__lesion=lesion)
    rows = rows.exclude(kind=geometry.POLYLINE).select_related("scale", "image")
    found = list(rows.order_by("-image__timeline_key", "-image_id", "pk")[:MOST])
    images = {row.image_id: row.image for row in reversed(found)}
    largest = largest_of(found)
    sized = [
        Sized(image, image.shown_date, size, size.millimetres, size.margin)
        for key, image in images.items()
        if (size := largest[key]).millimetres is not None and size.margin is not None
    ]
    sized.sort(key=lambda one: one.day)
    measured = {one.image.pk for one in sized}
    return Course(
        sized=sized,
        growth=growth([(one.day, one.millimetres, one.margin) for one in sized]),
        without_scale=[image for key, image in images.items() if key not in measured],
    )
