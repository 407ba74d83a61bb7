"""Measurements as a table for a spreadsheet."""

import csv
import io

from django.db.models import QuerySet
from django.utils.formats import get_format

from imaging.storage.zip import safe_cell

from ..models import ConsultationImage, Measurement, Patient
from ..models.access import Viewer
from .reading import figures_of

COLUMNS = (
    "measurement",
    "image",
    "consultation",
    "consultation_date",
    "body_site",
    "laterality",
    "kind",
    "pixels",
    "millimetres",
    "margin",
    "largest_diameter_mm",
    "perimeter_mm",
    "mm_per_px",
    "scale_method",
    "note",
    "measured",
)


def csv_of(patient: Patient, user: Viewer) -> bytes:
    """What was measured in the images of a patient that `user` may change: one line each, of an
    area px² and mm²; the separators are those of the active language's spreadsheets."""
    decimal = get_format("DECIMAL_SEPARATOR")
    separator = ";" if decimal == "," else ","
    rows = _rows(patient, user)
    out = io.StringIO()
    out.write("\ufeff")  # makes a spreadsheet read UTF-8
    write = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerow
    write(COLUMNS)
    for row in rows.select_related("image", "scale").order_by("image__consultation_date", "pk"):
        cells = _cells(row)
        write([safe_cell(cells[name], separator, decimal) for name in COLUMNS])
    return out.getvalue().encode()


def is_measured(patient: Patient, user: Viewer) -> bool:
    """Whether that table has a line."""
    return _rows(patient, user).exists()


def _rows(patient: Patient, user: Viewer) -> QuerySet[Measurement]:
    images = ConsultationImage.objects.editable_by(user).filter(patient=patient)
    return Measurement.objects.filter(image__in=images.order_by().values("pk"))


def _cells(row: Measurement) -> dict[str, object]:
    figures, image = figures_of(row), row.image
    diameter, perimeter = figures["largest_diameter"], figures["perimeter"]
    return {
        "measurement": row.pk,
        "image": image.pk,
        "consultation": image.consultation_id,
        "consultation_date": image.consultation_date,
        "body_site": image.body_site,
        "laterality": image.laterality,
        "kind": row.kind,
        "pixels": row.value,
        "millimetres": row.millimetres,
        "margin": row.margin,
        "largest_diameter_mm": diameter and diameter.millimetres,
        "perimeter_mm": perimeter and perimeter.millimetres,
        "mm_per_px": row.scale and row.scale.mm_per_px,
        "scale_method": row.scale.method if row.scale else "",
        "note": row.note,
        "measured": row.created_at,
    }
