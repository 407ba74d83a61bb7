from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ReadOnly

from ..models import Revision
from ..revisions import SUBJECTS


def keep_former(request: HttpRequest, form: Any, change: bool) -> None:
    """Keep the former values; the audit log learns of the change from the admin itself."""
    if change:
        Revision.objects.keep(form.instance, form.previous_values, request.user)


@admin.register(Revision)
class RevisionAdmin(ReadOnly, admin.ModelAdmin):
    """Former values of records."""

    list_display = ["moment", *SUBJECTS, "changed_by"]
    list_select_related = ["consultation__patient", *SUBJECTS[1:], "changed_by"]
    list_filter = [("changed_by", admin.RelatedOnlyFieldListFilter)]
    date_hierarchy = "moment"
