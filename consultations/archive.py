"""Many originals as one ZIP, streamed: memory stays flat whatever is asked for."""

import csv
import io
from pathlib import PurePosixPath

from zipstream import ZIP_STORED, ZipStream

from imaging import storage

COLUMNS = (
    "file",
    "state",  # ok, or missing: its bytes could not be read
    "id",
    "original_filename",
    "sha256",
    "file_size",
    "mime_type",
    "width",
    "height",
    "image_type",
    "dermoscopic_type",
    "body_site",
    "laterality",
    "body_location",
    "description",
    "is_primary",
    "captured_at",
    "camera_model",
    "damaged",
    "created_at",
)


def of_images(images):
    """Chunks of a ZIP with the originals, bit for bit, and `manifest.csv`.

    `images` is a queryset in the order that the entries shall have. Photographs do not shrink:
    they are stored, not deflated.
    """
    archive = ZipStream(compress_type=ZIP_STORED)
    rows, missing = [], set()
    for number, image in enumerate(images.iterator(chunk_size=500), start=1):
        entry = f"{number:03}_{_entry_name(image)}"
        archive.add(_original(image, missing), entry)
        facts = {"captured_at": image.captured_local}
        cells = [_cell(facts.get(name, getattr(image, name))) for name in COLUMNS[2:]]
        rows.append((image.pk, [entry, cells]))
    archive.add(_manifest(rows, missing), "manifest.csv")  # read last, when `missing` is known
    return archive


def _original(image, missing):
    """The bytes; none where the image was deleted while the archive was on its way."""
    chunks = storage.chunks("originals", image.original.name)
    try:
        first = next(chunks, b"")
    except storage.OUTAGES:
        missing.add(image.pk)
        return
    yield first
    yield from chunks


def _manifest(rows, missing):
    out = io.StringIO()
    out.write("\ufeff")  # the byte-order mark tells a spreadsheet that it is UTF-8
    write = csv.writer(out).writerow
    write(COLUMNS)
    for key, (entry, cells) in rows:
        write([entry, "missing" if key in missing else "ok", *cells])
    yield out.getvalue().encode()


def _entry_name(image):
    """The file's own name without anything that a path or a file system reads into it."""
    name = "".join("_" if c in '\\/:*?"<>|' else c for c in image.original_filename)
    stem = PurePosixPath(name.lstrip(". ") or "image").stem
    return f"{stem[:100]}{PurePosixPath(image.original.name).suffix}"


def _cell(value):
    """A value that no spreadsheet takes for a formula."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
