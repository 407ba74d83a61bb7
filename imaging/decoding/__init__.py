"""Untrusted bytes → pixels, in a process that holds nothing else and may die.

`picture.decode` does the work; `child` is the process around it, with its limits; `decoder` is the
pool of such processes in the web process (imaging.sandbox).
"""

from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from imaging.metadata import CAMERA_LENGTH, SOURCES, YEARS, clean_text

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """`width` × `height` px upright; `captured_at` aware or None, `captured_offset` minutes from
    UTC or None, `captured_from` one of metadata.SOURCES or ""; `sharpness` and `exposure` as in
    `quality.measure`; `damaged` when some pixels may be wrong; `display` a JPEG, `thumbnail` a
    WebP, as bytes.

    Raises ValueError for impossible values: a decoder that was taken over may send anything.
    """

    mime_type: str
    width: int
    height: int
    captured_at: datetime | None
    captured_offset: int | None
    captured_from: str
    camera_model: str
    front_camera: bool
    sharpness: float
    exposure: float
    damaged: bool
    display: bytes
    thumbnail: bytes

    def __post_init__(self) -> None:
        scores = (self.sharpness, self.exposure)
        possible = (
            self.mime_type in EXTENSIONS
            and all(type(side) is int and 0 < side < 2**31 for side in (self.width, self.height))
            and (self.captured_at is None or self.captured_at.year in YEARS)
            and (self.captured_at is None or self.captured_at.tzinfo is not None)
            and (type(self.captured_offset) in (int, type(None)))
            and abs(self.captured_offset or 0) <= 14 * 60
            and self.captured_from in (SOURCES if self.captured_at else ("",))
            and type(self.camera_model) is str
            and clean_text(self.camera_model, CAMERA_LENGTH) == self.camera_model
            and all(type(score) is float and isfinite(score) for score in scores)
            and type(self.front_camera) is type(self.damaged) is bool
            and self.display.startswith(b"\xff\xd8\xff")
            and (self.thumbnail[:4], self.thumbnail[8:12]) == (b"RIFF", b"WEBP")
        )
        if not possible:
            raise ValueError("impossible for a decoded picture")

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.mime_type]
