"""The photographs that the benchmark of intake measures, drawn as a camera would write them."""

import io
from pathlib import Path

import pillow_heif

from tools import phantoms

MEGABYTE = 1_000_000

# name: seed, size (px), format, options, bytes at least and at most
PICTURES = {
    "8 MP phone": (11, (3264, 2448), "JPEG", {"subsampling": "4:2:0"}, (3.5, 5.5)),
    "12 MP phone": (12, (4032, 3024), "JPEG", {"subsampling": "4:2:0"}, (4.5, 5.5)),
    "24 MP DSLR": (13, (6000, 4000), "JPEG", {"subsampling": "4:2:2"}, (6.5, 8.0)),
    "PNG 4 MP": (14, (2304, 1728), "PNG", {}, None),
    "PNG 12 MP": (12, (4032, 3024), "PNG", {}, None),
    "WebP 12 MP": (12, (4032, 3024), "WEBP", {"quality": 92, "method": 2}, None),
    "HEIC 12 MP": (12, (4032, 3024), "HEIF", {"quality": 85}, None),
}


def make(folder: Path) -> dict[str, Path]:
    """Draw and write them all. A JPEG gets the quality that brings it to its size. Beside each
    is a small one (`small`), to warm up with."""
    pillow_heif.register_heif_opener()
    drawn, paths = {}, {}
    for name, (seed, size, format, options, bounds) in PICTURES.items():
        if seed not in drawn:
            drawn[seed] = phantoms.macro(seed, size=size, lesion=phantoms.Lesion(seed))
        paths[name] = folder / f"{name.replace(' ', '-')}.{format.lower()}"
        paths[name].write_bytes(_encoded(drawn[seed], format, options, bounds))
        drawn[seed].resize((320, 240)).save(small(paths[name]), format)
    return paths


def small(path: Path) -> Path:
    return path.with_stem(f"{path.stem}-small")


def _encoded(picture, format, options, bounds):
    for quality in (95, 96, 94, 97, 93, 92, 90, 98, 99, 88) if bounds else (None,):
        out = io.BytesIO()
        picture.save(out, format, **options, **({"quality": quality} if quality else {}))
        if not bounds or bounds[0] <= out.tell() / MEGABYTE <= bounds[1]:
            return out.getvalue()
    raise ValueError(f"no quality gives {bounds} MB")
