from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import VersionedAdmin
from core.search import FoldedSearch

from .. import lesions
from ..models import Lesion
from .history import keep_former


@admin.register(Lesion)
class LesionAdmin(VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    """A lesion stays with its patient; deleted, its images have none."""

    list_display = ["label", "patient", "site_label", "status", "next_review", "created_at"]
    list_filter = ["status", "laterality"]
    search_fields = ["label", "patient__search_key", "patient__file_number"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["patient"]
    list_select_related = ["patient"]

    @admin.display(description=_("body site"), ordering="body_site")
    def site_label(self, lesion: Lesion) -> str:
        return lesion.site_label

    def get_readonly_fields(self, request: HttpRequest, obj: Lesion | None = None) -> list[str]:
        return ["patient"] if obj else []

    def save_model(self, request: HttpRequest, lesion: Lesion, form: Any, change: bool) -> None:
        super().save_model(request, lesion, form, change)
        keep_former(request, form, change)

    def delete_model(self, request: HttpRequest, lesion: Lesion) -> None:
        lesions.delete_lesion(lesion)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for lesion in queryset:
            lesions.delete_lesion(lesion)
