"""Many files of many images as one ZIP, streamed: memory stays flat whatever is asked for."""

import csv
import io
import re
from decimal import Decimal
from pathlib import PurePosixPath

from django.utils.formats import get_format
from zipstream import ZIP_STORED, ZipStream

from .containers import OUTAGES, chunks

NAME = 150  # bytes of a name's stem: file systems take 255, and more is put before and behind
_PICTURE = re.compile(r"\.(jpe?g|jfif|png|webp|hei[cf])$", re.IGNORECASE)
# Where a spreadsheet begins a cell: at its own separator, whatever stands around. One in French has
# semicolons, one in English commas, and each is given the other's manifest at times.
_FORMULA = {
    ",": re.compile(r"(^|[;\n\r])(\s*)(?=[=+\-@＝＋－＠])"),
    ";": re.compile(r"(^|[;,\n\r])(\s*)(?=[=+\-@＝＋－＠])"),
}


def original(image):
    """The one file of an image that is asked for most: [(container, blob, name in the ZIP)]."""
    blob = image.original.name
    return [("originals", blob, file_name(image.original_filename, PurePosixPath(blob).suffix))]


def of_images(images, columns, files=original):
    """Chunks of a ZIP with files of images, bit for bit, and `manifest.csv`.

    `images` is a queryset in the order that the entries shall have; `columns` are attributes for
    the manifest; `files(image)` is [(container, blob, name in the ZIP)]. Photographs do not
    shrink: they are stored, not deflated. The manifest's `state` is ok, or missing where the
    bytes could not be read. It is for a spreadsheet in the language that is active now, which it
    no longer is when the chunks are read.
    """
    decimal = get_format("DECIMAL_SEPARATOR")
    separator = ";" if decimal == "," else ","
    archive = ZipStream(compress_type=ZIP_STORED)
    rows, missing = [], set()
    for number, image in enumerate(images.iterator(chunk_size=500), start=1):
        facts = {"captured_at": image.captured_local, "captured_from": image.captured_source}
        values = [facts.get(name, getattr(image, name)) for name in columns]
        cells = [_cell(value, separator, decimal) for value in values]
        for place, (container, blob, name) in enumerate(files(image), start=1):
            entry = f"{number:03}_{name}"
            if rows and rows[-1][0] == entry:  # a title may be what the other file is called
                entry = f"{number:03}_{place}_{name}"
            archive.add(_bytes(container, blob, entry, missing), entry)
            rows.append((entry, cells))
    # Read last, when it is known what is missing.
    archive.add(_manifest(rows, columns, missing, separator), "manifest.csv")
    return archive


def _bytes(container, blob, entry, missing):
    """None where the image was deleted while the archive was on its way."""
    blob_chunks = chunks(container, blob)
    try:
        first = next(blob_chunks, b"")
    except OUTAGES:
        missing.add(entry)
        return
    yield first
    yield from blob_chunks


def _manifest(rows, columns, missing, separator):
    out = io.StringIO()
    # The byte-order mark tells a spreadsheet that it is UTF-8; behind a line `sep=;`, it does not.
    out.write("\ufeff")
    # Where both signs part cells (LibreOffice proposes it), quotes keep a decimal comma together.
    write = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerow
    write(["file", "state", *columns])
    for entry, cells in rows:
        state = "missing" if entry in missing else "ok"
        write([_cell(entry, separator), state, *cells])
    yield out.getvalue().encode()


def file_name(given, suffix):
    """A name or a title as typed, without anything that a path or a file system reads into it.
    A picture's own suffix gives way to `suffix`; what else follows a full stop is part of it."""
    name = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in given)
    stem = _PICTURE.sub("", name.lstrip(". ")).rstrip(". ") or "image"
    return f"{stem[:100].encode()[:NAME].decode(errors='ignore')}{suffix}"


def _cell(value, separator=",", decimal="."):
    """A value that no spreadsheet takes for a formula, and a number that it takes for one."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", decimal)
    text = "" if value is None else str(value)
    text = _FORMULA[separator].sub(r"\1'\2", text)
    return f"'{text}" if text.startswith(("\t", "\r")) else text
