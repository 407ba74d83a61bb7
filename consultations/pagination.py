from core.pagination import ImagePages, Pages


class PatientPages(Pages):
    key = "patients"


class ConsultationPages(Pages):
    key = "consultations"


class ConsultationImagePages(ImagePages):
    """Primary first. Whoever makes another image the primary one during a walk moves two: the walk
    keeps in mind which it began with, and passes that one by on all further pages."""

    def memo(self, queryset, rows):
        primary = next((image.pk for image in rows if image.is_primary), None)
        if primary is None and self.number > 1:
            primary = (
                queryset.filter(is_primary=True).order_by().values_list("pk", flat=True).first()
            )
        return primary

    def cursor_queryset(self, queryset, memo):
        return queryset.exclude(pk=memo).order_by("-created_at", "-pk")

    def row_keys(self, row, order, memo):
        return None if row.pk == memo else super().row_keys(row, order, memo)
