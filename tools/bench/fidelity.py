"""Is the fast way a true one? Renditions against a float Lanczos reference, beside libvips."""

import io
import os
from pathlib import Path

import django
import numpy as np
import simplejpeg
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

TRUNCATIONS = 40


def intake():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
    django.setup()
    from imaging import intake

    return intake


def renditions(path):
    """(display, thumbnail) of ours, RGB images."""
    found = intake().read(SimpleUploadedFile("x", path.read_bytes())).found
    return [opened(found.display), opened(found.thumbnail)]


def opened(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def display_edge(path):
    """The long edge of our display rendition, px."""
    return max(renditions(path)[0].size)


def by_libvips(path, display):
    import pyvips

    edge = max(display.size)
    shown = pyvips.Image.thumbnail(str(path), edge, height=edge, size="down").copy_memory()
    small = shown.thumbnail_image(300, height=300)
    return [opened(shown.jpegsave_buffer(Q=90)), opened(small.webpsave_buffer(Q=85))]


def reference(pixels, size):
    """`pixels` (height, width, 3) at `size`, by Lanczos in floating point."""
    planes = [
        np.asarray(
            Image.fromarray(pixels[..., band].astype(np.float32)).resize(
                size, Image.Resampling.LANCZOS
            )
        )
        for band in range(3)
    ]
    return np.clip(np.stack(planes, axis=-1), 0, 255)


def psnr(image, wanted):
    """Peak signal-to-noise ratio, dB."""
    error = np.mean((np.asarray(image, np.float64) - wanted) ** 2)
    return 10 * np.log10(255**2 / error)


def truncations_accepted(path):
    module = intake()
    from imaging.errors import ImageRefused

    data, accepted = path.read_bytes(), 0
    # From a tenth to all but one byte, the end more closely.
    for share in np.linspace(0.1, 1, TRUNCATIONS) ** 0.3:
        try:
            module.read(SimpleUploadedFile("x", data[: int(len(data) * share) - 1]))
            accepted += 1
        except ImageRefused:
            pass
    return accepted


def goals(report, paths):
    """Rows for `Report.goals`; prints the figures behind them."""
    rows, limits = [], []
    for path in map(Path, paths):
        full = simplejpeg.decode_jpeg(path.read_bytes(), "RGB")
        ours = renditions(path)
        theirs = by_libvips(path, ours[0])
        for what, mine, peers in zip(("display", "thumbnail"), ours, theirs, strict=True):
            here, there = (psnr(image, reference(full, image.size)) for image in (mine, peers))
            rows.append((path.stem, what, mine.size, f"{here:.2f}", f"{there:.2f}"))
            limits.append((f"dB lost against libvips, {path.stem}, {what}", there - here, 0.5))
        limits.append((f"truncations accepted, {path.stem}", truncations_accepted(path), 0))
    report.text("Fidelity: PSNR against a float Lanczos reduction of the full decode, dB.")
    report.table(("", "", "size, px", "ours", "libvips"), rows)
    return limits
