"""Sound files to start from: every accepted format, in each shape that our libraries write."""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

from tools import phantoms

pillow_heif.register_heif_opener()

SIZE = (96, 72)
LARGEST = 300_000  # bytes of a given seed: larger ones cost tries
EXIF = {
    "taken_at": datetime(2026, 3, 14, 9, 26, 53),
    "offset": "+01:00",
    "make": "Canon",
    "model": "Canon EOS R5",
    "orientation": 6,
    "gps": (48.85, 2.35),
}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF/></x:xmpmeta>"


@dataclass(frozen=True, slots=True)
class Seed:
    """`format` is JPEG, PNG, WEBP, HEIF or other; `made` when it is drawn here, and so known to
    be sound and to have nothing after its end."""

    name: str
    format: str
    data: bytes
    made: bool = True


@cache
def picture(mode="RGB", size=SIZE):
    drawn = phantoms.macro(1, size=size, lesion=phantoms.Lesion(1))
    if mode == "RGBA":
        drawn.putalpha(Image.linear_gradient("L").resize(size))
    if mode == "I;16":
        return Image.fromarray(np.asarray(drawn.convert("L")).astype(np.uint16) * 257)
    return drawn if mode == "RGBA" else drawn.convert(mode)


@cache
def profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@cache
def exif():
    """A camera's EXIF block, in TIFF's own form (no "Exif\\0\\0" before it)."""
    file = Image.open(io.BytesIO(phantoms.encode(picture(), **EXIF)))
    return file.info["exif"].removeprefix(b"Exif\0\0")


def saved(image, format, **options):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.save(out, format, **options)
    return out.getvalue()


def with_metadata(format, exif=None, icc=None, xmp=None, mode="RGB"):
    """A sound picture that carries these blocks as they are, broken ones too."""
    options = {"icc_profile": icc, "xmp": xmp}
    if exif is not None:
        options["exif"] = (b"Exif\0\0" if format in ("JPEG", "HEIF") else b"") + exif
    if format == "PNG" and xmp is not None:
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode("latin-1"))
        options = {**options, "pnginfo": text}
    given = {name: value for name, value in options.items() if value is not None}
    return saved(picture(mode, (48, 36)), format, **given)


def made() -> list[Seed]:
    groups = {"JPEG": _jpegs, "PNG": _pngs, "WEBP": _webps, "HEIF": _heifs}
    return [Seed(name, format, data) for format, group in groups.items() for name, data in group()]


def given(folder: Path) -> list[Seed]:
    """The files of a folder, as they are."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.stat().st_size <= LARGEST:
            data = path.read_bytes()
            found.append(Seed(path.name, format_of(data), data, made=False))
    return found


def format_of(data) -> str:
    if data[:2] == b"\xff\xd8":
        return "JPEG"
    if data[:4] == b"\x89PNG":
        return "PNG"
    if data[:4] == b"RIFF":
        return "WEBP"
    return "HEIF" if data[4:8] == b"ftyp" else "other"


def _everything():
    return {"exif": exif(), "icc": profile(), "xmp": XMP}


def _jpegs():
    yield "camera", phantoms.encode(picture(), **EXIF, icc_profile=profile())
    options = {
        "progressive": {"progressive": True},
        "optimized": {"optimize": True},
        "restarts": {"restart_marker_blocks": 1},
        "4:4:4": {"subsampling": 0},
        "4:2:2": {"subsampling": 1},
        "comment": {"comment": b"a remark"},
        "RGB kept": {"keep_rgb": True},
        "poor": {"quality": 1},
    }
    for name, given in options.items():
        yield name, saved(picture(), "JPEG", **given)
    for mode in ("L", "CMYK"):
        yield mode, saved(picture(mode), "JPEG")
        yield f"progressive {mode}", saved(picture(mode), "JPEG", progressive=True)
    yield "metadata", with_metadata("JPEG", **_everything())
    yield "several", saved(picture(), "MPO", save_all=True, append_images=[picture("L")])
    yield "long", saved(Image.new("RGB", (4100, 8), "tan"), "JPEG")
    yield "large", saved(Image.new("RGB", (2000, 1500), "tan"), "JPEG", progressive=True)


def _pngs():
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield mode, saved(picture(mode), "PNG")
    yield "P, transparency", saved(picture("P"), "PNG", transparency=bytes(range(0, 250, 5)))
    yield "L, transparency", saved(picture("L"), "PNG", transparency=90)
    yield "RGB, transparency", saved(picture(), "PNG", transparency=(200, 150, 120))
    for bits in (1, 2, 4):
        yield f"P, {bits} bits", saved(picture().quantize(2**bits), "PNG", bits=bits)
    for colour, samples in ((2, 3), (4, 2), (6, 4)):
        yield f"16 bits, type {colour}", raw_png((40, 30), 16, colour, bytes(40 * 2 * samples))
    yield "interlaced", raw_png((8, 8), 8, 2, None)
    more = [picture().rotate(9), picture().rotate(18)]
    yield "animated", saved(picture(), "PNG", save_all=True, append_images=more, duration=50)
    yield "metadata", with_metadata("PNG", **_everything())
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "plain")
    text.add_text("Description", "packed " * 20, zip=True)
    text.add_itxt("Title", "naïve", "fr", "Titre", zip=True)
    lines = "".join(f"{exif().hex()[i : i + 72]}\n" for i in range(0, 2 * len(exif()), 72))
    block = f"\nexif\n{len(exif()):8}\n{lines}"
    text.add_text("Raw profile type exif", block, zip=True)
    for kind, body in ((b"gAMA", b"\0\0\xb1\x8f"), (b"pHYs", bytes(9)), (b"sRGB", b"\0")):
        text.add(kind, body)
    yield "texts", saved(picture(), "PNG", pnginfo=text)
    yield "large", saved(Image.new("RGB", (2000, 1500), "tan"), "PNG")


def raw_png(size, bits, colour, row):
    """What Pillow does not write: 16 bits a sample, and (without a row) Adam7 of 8 × 8 RGB."""
    passes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))  # width, height each
    lines = [(3 * width, height) for width, height in passes]
    body = (b"\0" + row) * size[1] if row else b"".join((b"\0" + b"\x99" * w) * h for w, h in lines)
    header = struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, row is None)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _webps():
    for mode in ("RGB", "RGBA"):
        yield f"{mode}, lossy", saved(picture(mode), "WEBP")
        yield f"{mode}, lossless", saved(picture(mode), "WEBP", lossless=True)
    more = [picture("RGBA").rotate(9), picture("RGBA").rotate(18)]
    yield "animated", saved(picture("RGBA"), "WEBP", save_all=True, append_images=more)
    yield "metadata", with_metadata("WEBP", **_everything())
    yield "large", saved(Image.new("RGB", (2000, 1500), "tan"), "WEBP", method=0)


def _heifs():
    for mode in ("RGB", "RGBA", "L"):
        yield mode, saved(picture(mode), "HEIF")
    yield "metadata", with_metadata("HEIF", **_everything())
    yield "turned", phantoms.encode(picture(), "HEIF", **EXIF)
    yield "several", saved(picture(), "HEIF", save_all=True, append_images=[picture().rotate(9)])
    yield "4:4:4", saved(picture(), "HEIF", quality=95, chroma=444)
    deep = np.asarray(picture()).astype(np.uint16) * 16
    out = io.BytesIO()
    pillow_heif.options.SAVE_HDR_TO_12_BIT = True
    file = pillow_heif.from_bytes("RGB;16", SIZE, (deep * 16).tobytes())
    file.save(out)
    yield "12 bits", out.getvalue()
