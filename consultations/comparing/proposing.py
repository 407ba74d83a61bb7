"""How the machine would lay one picture over another: a proposal for a person to accept."""

from imaging import geometry

from ..measuring.pictures import opened_pictures
from ..models import ConsultationImage


def propose_alignment(first: ConsultationImage, second: ConsultationImage) -> geometry.Proposal:
    """How the first picture lies to the second; pixels of the originals. A process of its own looks
    at the display renditions.

    Raises Refused, GeometryUnavailable and StorageUnavailable.
    """
    with opened_pictures([first, second]) as pictures:
        return geometry.propose_alignment(*pictures)
