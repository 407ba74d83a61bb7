from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import NeverAdded, ShownRows, VersionedAdmin
from core.search import FoldedSearch

from ..models import Comparison, ComparisonPane
from .history import keep_former


class PaneInline(ShownRows):
    model = ComparisonPane
    fields = readonly_fields = ("position", "image", "a", "b", "x", "y", "flipped")


@admin.register(Comparison)
class ComparisonAdmin(NeverAdded, VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    """What doctors laid side by side; made on the comparing page only."""

    list_display = ["name", "patient", "doctor", "mode", "created_at"]
    list_filter = ["mode", ("doctor", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["patient__search_key", "patient__file_number", "name"]
    date_hierarchy = "created_at"
    list_select_related = ["patient", "doctor"]
    readonly_fields = ["patient", "doctor", "mode", "created_at", "updated_at"]
    inlines = [PaneInline]

    def save_model(
        self, request: HttpRequest, comparison: Comparison, form: Any, change: bool
    ) -> None:
        super().save_model(request, comparison, form, change)
        keep_former(request, form, change)
