from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ReadOnly, VersionedAdmin

from .models import Annotation, AnnotationVersion, Category


@admin.register(Category)
class CategoryAdmin(VersionedAdmin, admin.ModelAdmin):
    """What annotations can be about. One that is on pictures is not deleted but put out of use."""

    list_display = ["name", "name_en", "code", "position", "active"]
    list_filter = ["active"]
    search_fields = ["name", "name_en", "code"]


@admin.register(Annotation)
class AnnotationAdmin(ReadOnly, admin.ModelAdmin):
    """What was written on images, with what was deleted."""

    list_display = ["created_at", "image", "kind", "category", "author", "version", "deleted_at"]
    list_filter = ["kind", "category"]
    list_select_related = ["image", "category", "author"]
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> Any:
        return Annotation.all_rows.all()


@admin.register(AnnotationVersion)
class AnnotationVersionAdmin(ReadOnly, admin.ModelAdmin):
    """Every state of every annotation."""

    list_display = ["created_at", "annotation", "number", "changed_by"]
    list_select_related = ["annotation", "changed_by"]
    date_hierarchy = "created_at"
