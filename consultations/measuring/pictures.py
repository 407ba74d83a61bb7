"""Stored images as the engine looks at them that aligns and measures (imaging/geometry)."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ServiceError
from imaging import storage
from imaging.geometry import REFUSALS, Picture, Refused

from ..models import ConsultationImage
from .scales import current_scale


class NothingProposed(ServiceError):
    """The engine believes in no proposal: `code` is one of its REFUSALS."""

    status = 409

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, REFUSALS[code]


@contextmanager
def opened_picture(image: ConsultationImage) -> Iterator[Picture]:
    """Its display rendition in a file of its own, the original's size and, where it is known, the
    scale. Raises StorageUnavailable; NothingProposed for a blob that is gone, and where Refused is
    raised within."""
    scale = current_scale(image)
    with storage.temporary_file() as file:
        try:
            storage.fetch("processed", str(image.display.name), file)
        except FileNotFoundError as gone:
            raise NothingProposed("unreadable") from gone
        try:
            yield Picture(file, image.width, image.height, scale.mm_per_px if scale else None)
        except Refused as refusal:
            raise NothingProposed(refusal.code) from refusal
