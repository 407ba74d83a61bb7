"""Many files of many images as one streamed ZIP: memory stays flat whatever its size."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.formats import get_format
from zipstream import ZIP_STORED, ZipStream

from .containers import OUTAGES, chunks

if TYPE_CHECKING:
    from imaging.models import StoredImage

Entry = tuple[str, str, str]  # container, blob, name in the ZIP
Beside = Callable[[Any], list[tuple[str, Iterator[bytes]]]]

MAX_STEM = 150  # bytes: file systems allow 255 for a name, and a number and suffix are added
_PICTURE = re.compile(r"\.(jpe?g|jfif|png|webp|hei[cf])$", re.IGNORECASE)
# A spreadsheet starts a cell at its own separator, quoted or not: a French one at semicolons, an
# English one at commas, and each is sometimes given the other's manifest.
_FORMULA_START = {
    ",": re.compile(r"(^|[;\n\r])(\s*)(?=[=+\-@＝＋－＠])"),
    ";": re.compile(r"(^|[;,\n\r])(\s*)(?=[=+\-@＝＋－＠])"),
}


def original(image: "StoredImage") -> list[Entry]:
    """The original of an image as the only entry."""
    blob = str(image.original.name)
    return [("originals", blob, file_name(image.original_filename, PurePosixPath(blob).suffix))]


def zip_images(
    images: QuerySet[Any],
    columns: Sequence[str],
    files: Callable[[Any], list[Entry]] = original,
    beside: Beside = lambda _image: [],
) -> ZipStream:
    """A ZIP, to be iterated in chunks, of files of images, bit for bit, and `manifest.csv`.

    `images` is a queryset in the order of the entries; `columns` are attributes for the manifest;
    `files(image)` gives the entries of an image; `beside(image)` what else lies beside the first of
    them: (what follows its name, the bytes, read as they are sent), not in the manifest.
    Photographs do not shrink: they are stored, not deflated. The manifest's `state` is ok, or
    missing where the bytes could not be read. Its number format is that of the language active
    now: none is when the chunks are read.
    """
    decimal = get_format("DECIMAL_SEPARATOR")
    separator = ";" if decimal == "," else ","
    archive = ZipStream(compress_type=ZIP_STORED)
    rows: list[tuple[str, list[str]]] = []
    missing: set[str] = set()
    for number, image in enumerate(images.iterator(chunk_size=500), start=1):
        facts = {"captured_at": image.captured_local, "captured_from": image.captured_source}
        values = [facts.get(name, getattr(image, name)) for name in columns]
        cells = [safe_cell(value, separator, decimal) for value in values]
        for place, (container, blob, name) in enumerate(files(image), start=1):
            entry = f"{number:03}_{name}"
            if rows and rows[-1][0] == entry:  # a title may be the other file's name
                entry = f"{number:03}_{place}_{name}"
            archive.add(_blob_bytes(container, blob, entry, missing), entry)
            rows.append((entry, cells))
            if place == 1:
                for suffix, content in beside(image):
                    archive.add(content, f"{entry}{suffix}")
    # Last: by then it is known what is missing.
    archive.add(manifest_csv(rows, columns, missing, separator), "manifest.csv")
    return archive


def _blob_bytes(container: str, blob: str, entry: str, missing: set[str]) -> Iterator[bytes]:
    """Nothing where the image was deleted while the archive was being sent."""
    blob_chunks = chunks(container, blob)
    try:
        first = next(blob_chunks, b"")
    except OUTAGES:
        missing.add(entry)
        return
    yield first
    yield from blob_chunks


def manifest_csv(
    rows: list[tuple[str, list[str]]], columns: Sequence[str], missing: set[str], separator: str
) -> Iterator[bytes]:
    """The bytes of `manifest.csv`. `rows` are (entry, cells of `safe_cell`), `missing` the entries
    whose bytes could not be read."""
    out = io.StringIO()
    # The byte-order mark makes a spreadsheet read UTF-8; after a line `sep=;` it would not.
    out.write("\ufeff")
    # Quotes protect a decimal comma where both signs separate cells, as LibreOffice suggests.
    write = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerow
    write(["file", "state", *columns])
    for entry, cells in rows:
        state = "missing" if entry in missing else "ok"
        write([safe_cell(entry, separator), state, *cells])
    yield out.getvalue().encode()


def file_name(given: str, suffix: str) -> str:
    """A file name from a name or title as typed, without characters that are special in paths.
    The suffix of a picture is replaced by `suffix`; anything else after a full stop is kept."""
    name = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in given)
    stem = _PICTURE.sub("", name.lstrip(". ")).rstrip(". ") or "image"
    return f"{stem[:100].encode()[:MAX_STEM].decode(errors='ignore')}{suffix}"


def safe_cell(value: Any, separator: str = ",", decimal: str = ".") -> str:
    """A value as text that no spreadsheet reads as a formula; a number stays a number."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", decimal)
    text = "" if value is None else str(value)
    text = _FORMULA_START[separator].sub(r"\1'\2", text)
    return f"'{text}" if text.startswith(("\t", "\r")) else text
