from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from core.admin import VersionedAdmin
from core.search import FoldedSearch

from ..models import Comparison, ComparisonPane
from .history import keep_former


class PaneInline(admin.TabularInline):
    model = ComparisonPane
    fields = readonly_fields = ("position", "image", "a", "b", "x", "y", "flipped")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Comparison)
class ComparisonAdmin(VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    """What doctors laid side by side; made on the comparing page only."""

    list_display = ["name", "patient", "doctor", "mode", "created_at"]
    list_filter = ["mode", ("doctor", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["patient__search_key", "patient__file_number", "name"]
    date_hierarchy = "created_at"
    list_select_related = ["patient", "doctor"]
    readonly_fields = ["patient", "doctor", "mode", "created_at", "updated_at"]
    inlines = [PaneInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, comparison: Comparison, form: Any, change: bool
    ) -> None:
        super().save_model(request, comparison, form, change)
        keep_former(request, form, change)
