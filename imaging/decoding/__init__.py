"""Untrusted bytes → pixels, in a process that holds nothing else and may die.

`picture.decode` does the work; `child` is the process around it, with its limits; `pool` keeps
such processes for the web process. What a decoder does to its process, it does not do to us.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Decoded:
    """`width` × `height` px upright; `captured_at` aware or None, `captured_offset` minutes from
    UTC or None; `sharpness` and `exposure` as in `quality.measure`; `damaged` when the pixels
    may lie in places; `display` a JPEG, `thumbnail` a WebP, as bytes."""

    mime_type: str
    extension: str
    width: int
    height: int
    captured_at: datetime | None
    captured_offset: int | None
    camera_model: str
    sharpness: float
    exposure: float
    damaged: bool
    display: bytes
    thumbnail: bytes
