from typing import Any

from django.db.models import QuerySet

from core.pagination import ImagePages, Pages

from .models import ConsultationImage
from .models.image import ConsultationImageQuerySet


class PatientPages(Pages):
    key = "patients"


class ConsultationPages(Pages):
    key = "consultations"


class LesionPages(Pages):
    key = "lesions"


class BinPages(Pages):
    key = "images"


class ComparisonPages(Pages):
    key = "comparisons"


class ConsultationImagePages(ImagePages):
    """Primary first. Making another image primary while a client pages through would move two rows,
    so the cursor remembers which was primary on the first page and omits it from all later ones."""

    def memo(self, queryset: QuerySet[Any], rows: list[ConsultationImage]) -> int | None:
        primary = next((image.pk for image in rows if image.is_primary), None)
        if primary is None and self.number > 1:
            primary = (
                queryset.filter(is_primary=True).order_by().values_list("pk", flat=True).first()
            )
        return primary

    def cursor_queryset(
        self, queryset: ConsultationImageQuerySet, memo: int | None
    ) -> ConsultationImageQuerySet:
        others = queryset if memo is None else queryset.exclude(pk=memo)
        return others.order_by("-created_at", "-pk")

    def row_keys(
        self, row: ConsultationImage, order: list[str], memo: int | None
    ) -> list[Any] | None:
        return None if row.pk == memo else super().row_keys(row, order, memo)
