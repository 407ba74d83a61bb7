"""Pictures of skin and lesions that the project draws itself, for the demo record and the tests.

Same arguments, same pixels; nothing is read from disk or kept between calls.
"""

from tools.phantoms.exif import FORMATS, encode
from tools.phantoms.lesion import LESION_KINDS, Lesion
from tools.phantoms.views import (
    DERMOSCOPY_MM,
    MACRO_MM,
    OVERVIEW_MM,
    dermoscopy,
    macro,
    overview,
)

__all__ = [
    "DERMOSCOPY_MM",
    "FORMATS",
    "LESION_KINDS",
    "MACRO_MM",
    "OVERVIEW_MM",
    "Lesion",
    "dermoscopy",
    "encode",
    "macro",
    "overview",
]
