from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ReadOnly, VersionedAdmin

from ..models import Device, Measurement, Scale


@admin.register(Device)
class DeviceAdmin(VersionedAdmin, admin.ModelAdmin):
    """The practice's dermatoscopes. One that scales were set with is not deleted but put out of
    use; a change leaves these as they are."""

    list_display = ["name", "field_mm", "tolerance", "active"]
    list_filter = ["active"]
    search_fields = ["name"]


@admin.register(Scale)
class ScaleAdmin(ReadOnly, admin.ModelAdmin):
    """Scales of images, former ones too."""

    list_display = ["created_at", "image", "method", "device", "mm_per_px", "set_by", "ended_at"]
    list_filter = ["method", "device"]
    list_select_related = ["image", "device", "set_by"]
    date_hierarchy = "created_at"


@admin.register(Measurement)
class MeasurementAdmin(ReadOnly, admin.ModelAdmin):
    """What was measured in images, with what was deleted."""

    list_display = ["created_at", "image", "kind", "value", "millimetres", "author", "deleted_at"]
    list_filter = ["kind"]
    list_select_related = ["image", "author"]
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> Any:
        return Measurement.all_rows.all()
