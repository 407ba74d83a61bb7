from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from ..models import Revision
from ..revisions import SUBJECTS


def keep_former(request: HttpRequest, form: Any, change: bool) -> None:
    """Keep the former values; the audit log learns of the change from the admin itself."""
    if change:
        Revision.objects.keep(form.instance, form.previous_values, request.user)


class HistoryAdmin(admin.ModelAdmin):
    """Of rows that are never written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Revision)
class RevisionAdmin(HistoryAdmin):
    """Former values of records."""

    list_display = ["moment", *SUBJECTS, "changed_by"]
    list_select_related = ["consultation__patient", *SUBJECTS[1:], "changed_by"]
    list_filter = [("changed_by", admin.RelatedOnlyFieldListFilter)]
    date_hierarchy = "moment"
