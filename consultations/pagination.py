from typing import Any

from core.pagination import ImagePages, Pages

from .models import ConsultationImage
from .models.image import ConsultationImageQuerySet


class PatientPages(Pages):
    key = "patients"


class ConsultationPages(Pages):
    key = "consultations"


class ConsultationImagePages(ImagePages):
    """Primary first. Whoever makes another image the primary one during a walk moves two: the walk
    keeps in mind which it began with, and passes that one by on all further pages."""

    def memo(
        self, queryset: ConsultationImageQuerySet, rows: list[ConsultationImage]
    ) -> int | None:
        primary = next((image.pk for image in rows if image.is_primary), None)
        if primary is None and self.number > 1:
            primary = (
                queryset.filter(is_primary=True).order_by().values_list("pk", flat=True).first()
            )
        return primary

    def walked(
        self, queryset: ConsultationImageQuerySet, memo: int | None
    ) -> ConsultationImageQuerySet:
        others = queryset if memo is None else queryset.exclude(pk=memo)
        return others.order_by("-created_at", "-pk")

    def row_keys(
        self, row: ConsultationImage, order: list[str], memo: int | None
    ) -> list[Any] | None:
        return None if row.pk == memo else super().row_keys(row, order, memo)
