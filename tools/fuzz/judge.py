"""What a right answer is. `Judge.hear` gives one file to the real intake and looks at what comes.

A refusal has one of the codes of SPEC §5; a photograph has renditions that every browser shows and
facts that the database stores; neither takes more than 5 s or 1 GB.
"""

import io
import logging
import math
import time
import unicodedata
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile
from PIL import Image

from imaging import intake
from imaging.decoding.decoder import Decoder, decoders
from imaging.errors import FILE_CODES, ImageRefused
from imaging.renditions import DISPLAY_MAX, thumbnail_size
from imaging.sandbox import pool

SECONDS, BYTES = 5, 1_000_000_000
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is "accepted", a refusal's code (with its message after a colon) or "failed";
    `wrong` says what is wrong, each in a line; `peak` bytes of the decoding process, or None when
    it ended; `ended` the statuses of processes that ended over this file."""

    code: str
    wrong: tuple[str, ...]
    seconds: float
    peak: int | None
    ended: tuple[int, ...]
    photo: intake.Photo | None


class Judge(logging.Handler):
    """Listens to the pool: it logs the end of a process, and says no more of it."""

    def __init__(self):
        super().__init__()
        self.ended = []
        pool.logger.addHandler(self)
        pool.logger.propagate = False

    def emit(self, record):
        if record.args:
            self.ended.append(record.args[-1])

    def hear(self, data) -> Answer:
        answer = self._hear(data)
        # A machine that is shared is slow at times: slow is what is slow again.
        return self._hear(data) if answer.seconds > SECONDS else answer

    def _hear(self, data):
        idle = decoders().idle
        if not idle or idle[-1].process.poll() is not None:
            idle.append(Decoder())  # its start is nobody's fault
        process = idle[-1].process.pid
        _forget_peak(process)
        self.ended = []
        photo, wrong = None, []
        began = time.monotonic()
        try:
            photo = intake.read(ContentFile(data, name="x"))
            code = "accepted"
        except ImageRefused as refusal:
            code = ":".join(filter(None, (refusal.code, refusal.message)))
            if refusal.code not in FILE_CODES or not str(refusal.detail):
                wrong.append(f"unclear refusal: {code}")
        except Exception as error:
            code = "failed"
            wrong.append(f"{type(error).__name__}: {error}")
        seconds = time.monotonic() - began
        peak = _peak(process)
        if seconds > SECONDS:
            wrong.append("more than 5 s")
        if peak and peak > BYTES:
            wrong.append("more than 1 GB")
        if photo:
            wrong += faults_of(photo.found)
        return Answer(code, tuple(wrong), seconds, peak, tuple(self.ended), photo)


def _forget_peak(pid):
    try:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def _peak(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError):
        return None


def faults_of(found) -> list[str]:
    """What no accepted photograph may be."""
    wrong = []
    if min(found.width, found.height) < 4:
        wrong.append(f"size {found.width} x {found.height}")
    if not (math.isfinite(found.sharpness) and 0 <= found.sharpness <= 4):
        wrong.append(f"sharpness {found.sharpness}")
    if not (math.isfinite(found.exposure) and abs(found.exposure) <= 1):
        wrong.append(f"exposure {found.exposure}")
    return wrong + faults_of_facts(found) + _faults_of_renditions(found)


def faults_of_facts(found) -> list[str]:
    """Of what metadata.read found too: a camera and a date that can be stored and shown."""
    wrong, camera = [], found.camera_model
    if len(camera) > 100 or any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in camera):
        wrong.append(f"camera {camera!r}")
    at, offset = found.captured_at, found.captured_offset
    if offset is not None and (at is None or abs(offset) > 14 * 60):
        wrong.append(f"offset {offset}")
    if at is not None:
        if at.utcoffset() is None or not EARLIEST < at < LATEST:
            wrong.append(f"date {at!r}")
        elif offset is not None and at.utcoffset() != timedelta(minutes=offset):
            wrong.append(f"date {at!r} with offset {offset}")
    return wrong


def _faults_of_renditions(found):
    wrong = []
    for name, data, format in (
        ("display", found.display, "JPEG"),
        ("thumbnail", found.thumbnail, "WEBP"),
    ):
        try:
            with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=[format]) as image:
                warnings.simplefilter("error")
                image.load()
        except Exception as error:
            wrong.append(f"{name} does not open: {type(error).__name__}")
            continue
        kept = {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)
        if kept or any(word in data for word in (b"Exif\0", b"ICC_PROFILE", b"ns.adobe.com")):
            wrong.append(f"{name} carries metadata: {sorted(kept)}")
        if name == "display":
            wrong += _fault_of_shape(image, found)
        elif image.size != thumbnail_size(found.width, found.height):
            wrong.append(f"thumbnail is {image.size} of {found.width} x {found.height}")
    return wrong


def _fault_of_shape(image, found):
    """At most 3840 px, whole where it is small, and of the photograph's own shape."""
    size, whole = image.size, (found.width, found.height)
    if max(size) > DISPLAY_MAX or (max(whole) <= 1920 and size != whole):
        return [f"display is {size} of {whole}"]
    scale = max(size) / max(whole)
    if any(abs(shown - scale * side) > 2 for shown, side in zip(size, whole, strict=True)):
        return [f"display is {size}, another shape than {whole}"]
    return []
