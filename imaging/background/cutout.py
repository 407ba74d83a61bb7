"""One file → its cut-out: the work of the process (`child`)."""

import errno
import io
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from imaging import renditions
from imaging.decoding import full_size
from imaging.errors import ImageRefused  # noqa: F401  (raised by `cut_out`: imported by its caller from here)

from . import compose, contour, field, grading, lesion, matte, outline
from .protocol import BY_HAND, OUTLINE, Cutout, Rings

if TYPE_CHECKING:
    from .subject import SubjectDetector

_WORKING_PIXELS = 800_000  # the picture is reduced to these for all steps but the last
_EDGE_ERROR = 2.5  # pixels of the network: how far its outline may be off
# A lesion's outline at long side 384 px: blurred by so many px, then with such a slope.
_BLUR, _SLOPE = 1.2, 5.0
_ZLIB_LEVEL = 2  # a third of the time of 6 for an eighth more bytes
_CROSS = np.ones((3, 3), np.uint8)


class SubjectNotFound(Exception):
    """No subject can be distinguished from the background."""


class OutputNotWritable(Exception):
    """There is no room for the result: not the picture's fault."""


def cut_out(
    file: IO[bytes],
    out: IO[bytes],
    *,
    engine: str,
    dermoscopic: bool | None,
    max_pixels: int,
    detector: Callable[[], "SubjectDetector"],
) -> Cutout:
    """Write the cut-out of a picture file as PNG into `out`.

    engine: "auto", "general" or "lesion"; `detector` is only called when the network is needed.
    Raises ImageRefused (cannot be decoded), SubjectNotFound, OutputNotWritable.
    """
    pixels = full_size.load(file, max_pixels=max_pixels)
    started = time.monotonic()
    step = _step(pixels)
    small = _reduced(pixels, step)
    overview = _overview(small)
    round_field = field.find(overview) if engine != "general" else None
    if engine == "auto":
        engine = "lesion" if dermoscopic or (dermoscopic is None and round_field) else "general"
    if engine == "lesion":
        measures = _cut_lesion(pixels, step, small, overview, round_field)
    else:
        measures = _cut_subject(pixels, step, small, overview, detector())
    return _finished(pixels, out, started, engine, grading.quality(engine, measures), measures)


def cut_along(file: IO[bytes], out: IO[bytes], *, rings: Rings, max_pixels: int) -> Cutout:
    """As `cut_out`, along an outline that a person drew; its edge is as soft as a lesion's."""
    pixels = full_size.load(file, max_pixels=max_pixels)
    height, width = pixels.shape[:2]
    started = time.monotonic()
    step = _step(pixels)
    small = _reduced(pixels, step)
    mask = outline.draw(rings, width, height, small.shape[:2])
    if not (mask > 0.5).any():
        raise SubjectNotFound
    _compose_plane(pixels, step, small, cv2.GaussianBlur(mask, (0, 0), _blur(small)))
    return _finished(pixels, out, started, OUTLINE, BY_HAND, {}, rings)


def trace(file: IO[bytes], *, max_pixels: int) -> Rings:
    """The outline of a cut-out that was stored without it. Raises ImageRefused."""
    pixels = full_size.load(file, max_pixels=max_pixels)
    height, width = pixels.shape[:2]
    step = _step(pixels)
    return outline.trace(pixels[::step, ::step, 3] > 127, width, height)


def _finished(
    pixels: np.ndarray,
    out: IO[bytes],
    started: float,
    engine: str,
    quality: str,
    measures: dict[str, float],
    rings: Rings | None = None,
) -> Cutout:
    """Write the PNG and say what it is. Raises SubjectNotFound, OutputNotWritable."""
    milliseconds = round(1000 * (time.monotonic() - started))
    height, width = pixels.shape[:2]
    step = _step(pixels)
    seen = pixels[::step, ::step, 3]
    if not seen.any() and not pixels[..., 3].any():
        raise SubjectNotFound
    picture = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)
    _write(picture, out)
    return Cutout(
        engine=engine,
        quality=quality,
        milliseconds=milliseconds,
        width=width,
        height=height,
        measures=measures,
        thumbnail=_thumbnail(picture),
        outline=outline.trace(seen > 127, width, height) if rings is None else [],
    )


def _step(pixels: np.ndarray) -> int:
    """How many times a picture is reduced for all steps but the last."""
    return max(1, int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / _WORKING_PIXELS))))


def _reduced(pixels: np.ndarray, step: int) -> np.ndarray:
    """RGB (h, w, 3; uint8), with the original's own transparency on white."""
    height, width = pixels.shape[:2]
    image = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    small = np.asarray(image.reduce(step) if step > 1 else image)
    share = small[..., 3:].astype(np.float32) / 255
    flat = small[..., :3] * share + 255 * (1 - share)
    return np.rint(flat).astype(np.uint8)


def _overview(small: np.ndarray) -> np.ndarray:
    """At long side 384 px, at which lesions and fields of view are searched for."""
    height, width = small.shape[:2]
    scale = field.SIDE / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(small, size, interpolation=interpolation)


def _cut_subject(
    pixels: np.ndarray,
    step: int,
    small: np.ndarray,
    overview: np.ndarray,
    detector: "SubjectDetector",
) -> dict[str, float]:
    probability = detector.find(small)
    if probability is None:
        raise SubjectNotFound
    edge_error = _EDGE_ERROR * max(small.shape[:2]) / detector.network.side
    inside, unknown = matte.trimap(probability, max(2.0, edge_error))
    if not inside.any():
        raise SubjectNotFound
    measures = grading.measure(inside, grading.certainty(probability, inside))
    colours = small.astype(np.float32) / 255
    alpha = matte.solve_alpha(colours, probability, inside, unknown)
    slope, offset = matte.GuidedFilter(colours).linear_model(alpha)
    estimated = compose.estimate_colours(colours, matte.ramp(alpha))
    measures["edge"] = grading.edge(inside, estimated)
    measures["stable"] = grading.stability(probability)
    height, width = overview.shape[:2]
    coarse = (
        cv2.resize(inside.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    )
    measures |= contour.measure(overview, coarse, np.ones((height, width), bool))
    del alpha, colours

    def alpha_of(planes: np.ndarray, colour: np.ndarray) -> np.ndarray:
        return matte.ramp((planes[..., :3] * colour).sum(axis=2) + planes[..., 3])

    compose.compose(pixels, step, inside, unknown, np.dstack((slope, offset)), alpha_of, estimated)
    return measures


def _cut_lesion(
    pixels: np.ndarray,
    step: int,
    small: np.ndarray,
    overview: np.ndarray,
    round_field: field.Field | None,
) -> dict[str, float]:
    found = lesion.find(overview, round_field)
    if found is None:
        raise SubjectNotFound
    measures = measure_lesion(found, overview, round_field)
    plane = cv2.GaussianBlur(found.mask.astype(np.float32), (0, 0), _BLUR)
    height, width = small.shape[:2]
    plane = cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC)
    _compose_plane(pixels, step, small, plane)
    return measures


def measure_lesion(
    found: lesion.Lesion, overview: np.ndarray, round_field: field.Field | None
) -> dict[str, float]:
    """What a lesion's edge certainty is derived from."""
    measures = grading.measure(found.mask, found.confidence)
    measures |= {
        "contrast": round(found.contrast, 3),
        "agreement": round(found.agreement, 3),
        "leaning": round(found.leaning, 3),
        "stable": round(found.stable, 3),
    }
    usable = lesion.within(overview, round_field)
    return measures | contour.measure(overview, found.mask, usable)


def _blur(small: np.ndarray) -> float:
    """px of the reduced picture that are _BLUR px at the size at which lesions are looked for."""
    return _BLUR * max(1.0, max(small.shape[:2]) / field.SIDE)


def _compose_plane(pixels: np.ndarray, step: int, small: np.ndarray, plane: np.ndarray) -> None:
    """Compose along the line at which a plane (h, w; float32, of the reduced picture) is 0.5."""
    alpha = _steepen(plane)
    unknown = (alpha > 0) & (alpha < 1)
    # Also the tiles next to the outline, in case the reduction skips over it.
    unknown |= cv2.morphologyEx((plane > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, _CROSS) > 0
    estimated = compose.estimate_colours(small.astype(np.float32) / 255, alpha)
    compose.compose(
        pixels,
        step,
        plane > 0.5,
        unknown,
        plane[..., None],
        lambda planes, _colour: _steepen(planes[..., 0]),
        estimated,
    )


def _steepen(plane: np.ndarray) -> np.ndarray:
    return ((plane - 0.5) * _SLOPE + 0.5).clip(0, 1)


def _write(picture: Image.Image, out: IO[bytes]) -> None:
    """Writes the pixels and an sRGB chunk, nothing else."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"sRGB", b"\x01")  # relative colorimetric
    try:
        out.seek(0)
        out.truncate()
        picture.save(out, "PNG", compress_level=_ZLIB_LEVEL, pnginfo=chunks)
        out.flush()
    except OSError as error:
        if error.errno in (None, errno.EFBIG):  # an encoder error, or our own limit
            raise
        raise OutputNotWritable(errno.errorcode.get(error.errno)) from error


def _thumbnail(picture: Image.Image) -> bytes:
    """WebP with alpha. Pillow weights colours by alpha when it reduces and resizes RGBA."""
    size = renditions.thumbnail_size(*picture.size)
    factor = min(picture.width // (3 * size[0]), picture.height // (3 * size[1]))
    if factor > 1:
        picture = picture.reduce(factor)
    out = io.BytesIO()
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.save(out, "WEBP", quality=88, method=2, exact=False)
    return out.getvalue()
