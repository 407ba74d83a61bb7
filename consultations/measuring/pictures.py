"""Stored images as the engine looks at them that aligns and measures (imaging/geometry)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from imaging import storage
from imaging.geometry import Picture, Refused

from ..models import ConsultationImage
from .scales import scales_of


@contextmanager
def opened_pictures(images: Sequence[ConsultationImage]) -> Iterator[list[Picture]]:
    """Their display renditions in files of their own, the originals' sizes and, where they are
    known, the scales. Raises StorageUnavailable; Refused ("unreadable") for a blob that is gone."""
    scales = scales_of(images)
    with ExitStack() as files:
        pictures = []
        for image in images:
            file = files.enter_context(storage.temporary_file())
            try:
                storage.fetch("processed", str(image.display.name), file)
            except FileNotFoundError as gone:
                raise Refused("unreadable") from gone
            pictures.append(Picture(file, image.width, image.height, scales.get(image.pk)))
        yield pictures
