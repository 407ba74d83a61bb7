"""One file → its cut-out: what happens in the process that `child` is."""

import errno
import io
import time

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from imaging import renditions
from imaging.decoding import full_size
from imaging.errors import ImageRefused  # noqa: F401  (what `cut_out` raises, for its caller)

from . import compose, field, grading, lesion, matte
from .protocol import Cutout

_WORKED_AT = 800_000  # px: what the picture is reduced to for everything but its last step
_EDGE = 2.5  # pixels of the network: how far its outline may be off
_SOFT, _STEEP = 1.2, 5.0  # px at long side 384: a lesion's outline is smoothed, then that steep
_LEVEL = 2  # of zlib: a third of the time of 6 for an eighth more bytes


class NothingFound(Exception):
    """No subject can be told from the background."""


class CannotWrite(Exception):
    """There is no room for the result: no fault of the picture's."""


def cut_out(
    file, out, *, engine: str, dermoscopic: bool | None, max_pixels: int, subject
) -> Cutout:
    """Write the PNG of the cut-out of a real file into another.

    engine: "auto", "general" or "lesion"; subject: a callable that gives the `Subject`, called
    when one is needed. Raises ImageRefused (cannot be decoded), NothingFound, CannotWrite.
    """
    pixels = full_size.load(file, max_pixels=max_pixels)
    height, width = pixels.shape[:2]
    began = time.monotonic()
    step = max(1, int(np.ceil(np.sqrt(height * width / _WORKED_AT))))
    small = _reduced(pixels, step)
    coarse = _coarse(small)
    round_field = field.find(coarse) if engine != "general" else None
    if engine == "auto":
        engine = "lesion" if dermoscopic or (dermoscopic is None and round_field) else "general"
    if engine == "lesion":
        measures = _cut_lesion(pixels, step, small, coarse, round_field)
    else:
        measures = _cut_subject(pixels, step, small, subject())
    milliseconds = round(1000 * (time.monotonic() - began))
    if not pixels[::step, ::step, 3].any() and not pixels[..., 3].any():
        raise NothingFound
    picture = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)
    _write(picture, out)
    return Cutout(
        engine=engine,
        quality=grading.quality(engine, measures),
        milliseconds=milliseconds,
        width=width,
        height=height,
        measures=measures,
        thumbnail=_thumbnail(picture),
    )


def _reduced(pixels, step):
    """RGB (h, w, 3; uint8), what is transparent in the original on white."""
    height, width = pixels.shape[:2]
    image = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    small = np.asarray(image.reduce(step) if step > 1 else image)
    share = small[..., 3:].astype(np.float32) / 255
    flat = small[..., :3] * share + 255 * (1 - share)
    return np.rint(flat).astype(np.uint8)


def _coarse(small):
    """At long side 384 px, at which lesions and fields of view are looked for."""
    height, width = small.shape[:2]
    scale = field.SIDE / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(small, size, interpolation=way)


def _cut_subject(pixels, step, small, subject):
    sure = subject.find(small)
    if sure is None:
        raise NothingFound
    reach = _EDGE * max(small.shape[:2]) / subject.network.side
    inside, unknown = matte.band(sure, max(2.0, reach))
    if not inside.any():
        raise NothingFound
    measures = grading.measure(inside, grading.certainty(sure, inside))
    colours = small.astype(np.float32) / 255
    alpha = matte.solve(colours, sure, inside, unknown)
    slope, offset = matte.Guide(colours).model(alpha)
    own = compose.reduced_colours(colours, matte.ramp(alpha))
    measures["edge"] = grading.edge(inside, own)
    del alpha, colours

    def alpha_of(planes, colour):
        return matte.ramp((planes[..., :3] * colour).sum(axis=2) + planes[..., 3])

    compose.compose(pixels, step, inside, unknown, np.dstack((slope, offset)), alpha_of, own)
    return measures


def _cut_lesion(pixels, step, small, coarse, round_field):
    found = lesion.find(coarse, round_field)
    if found is None:
        raise NothingFound
    measures = grading.measure(found.mask, found.belief)
    measures |= {
        "contrast": round(found.contrast, 3),
        "agreement": round(found.agreement, 3),
        "leaning": round(found.leaning, 3),
    }
    plane = cv2.GaussianBlur(found.mask.astype(np.float32), (0, 0), _SOFT)
    height, width = small.shape[:2]
    plane = cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC)
    alpha = _steep(plane)
    unknown = (alpha > 0) & (alpha < 1)
    # Tiles next to the outline, whatever the reduction steps over.
    unknown |= cv2.morphologyEx((plane > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, _CROSS) > 0
    own = compose.reduced_colours(small.astype(np.float32) / 255, alpha)
    compose.compose(
        pixels,
        step,
        plane > 0.5,
        unknown,
        plane[..., None],
        lambda planes, _colour: _steep(planes[..., 0]),
        own,
    )
    return measures


_CROSS = np.ones((3, 3), np.uint8)


def _steep(plane):
    return ((plane - 0.5) * _STEEP + 0.5).clip(0, 1)


def _write(picture, out):
    """Pixels and the word that they are sRGB; nothing else."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"sRGB", b"\x01")  # relative colorimetric
    try:
        out.seek(0)
        out.truncate()
        picture.save(out, "PNG", compress_level=_LEVEL, pnginfo=chunks)
        out.flush()
    except OSError as error:
        if error.errno in (None, errno.EFBIG):  # Pillow's own, or our limit
            raise
        raise CannotWrite(errno.errorcode.get(error.errno)) from error


def _thumbnail(picture):
    """WebP with alpha. Pillow reduces and resizes RGBA with its colours weighed by alpha."""
    size = renditions.thumbnail_size(*picture.size)
    factor = min(picture.width // (3 * size[0]), picture.height // (3 * size[1]))
    if factor > 1:
        picture = picture.reduce(factor)
    out = io.BytesIO()
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.save(out, "WEBP", quality=88, method=2, exact=False)
    return out.getvalue()
