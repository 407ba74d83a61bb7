"""Many originals as one ZIP, streamed: memory stays flat whatever is asked for."""

import csv
import io
from pathlib import PurePosixPath

from zipstream import ZIP_STORED, ZipStream

from imaging import storage

COLUMNS = (
    "file",
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
    "created_at",
)


def of_images(images):
    """Chunks of a ZIP with the originals, bit for bit, and `manifest.csv`.

    `images` is a queryset in the order that the entries shall have. Photographs do not shrink:
    they are stored, not deflated.
    """
    archive = ZipStream(compress_type=ZIP_STORED)
    manifest = io.StringIO()
    rows = csv.writer(manifest)
    rows.writerow(COLUMNS)
    for number, image in enumerate(images.iterator(chunk_size=500), start=1):
        entry = f"{number:03}_{_entry_name(image)}"
        archive.add(storage.chunks("originals", image.original.name), entry)
        rows.writerow([entry, *(_cell(getattr(image, column)) for column in COLUMNS[1:])])
    # The byte-order mark tells a spreadsheet that it is UTF-8.
    archive.add(("\ufeff" + manifest.getvalue()).encode(), "manifest.csv")
    return archive


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
