"""How the machine would lay one picture over another: a proposal for a person to accept."""

from contextlib import ExitStack

from imaging import geometry, storage

from ..models import ConsultationImage
from .page import scales_of


def propose_alignment(first: ConsultationImage, second: ConsultationImage) -> geometry.Proposal:
    """How the first picture lies to the second, or why nothing is proposed; pixels of the
    originals. A process of its own looks at the display renditions.

    Raises GeometryUnavailable and StorageUnavailable.
    """
    scales = scales_of([first, second])
    with ExitStack() as files:
        pictures = []
        for image in (first, second):
            file = files.enter_context(storage.temporary_file())
            try:
                storage.fetch("processed", str(image.display.name), file)
            except FileNotFoundError:
                return geometry.Proposal(refused="unreadable")
            pictures.append(geometry.Picture(file, image.width, image.height, scales.get(image.pk)))
        return geometry.propose_alignment(*pictures)
