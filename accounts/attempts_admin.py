"""Failed logins in the admin: whose account is locked, in the reader's language."""

from typing import Any

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

admin.site.unregister(AccessAttempt)


class LockedFilter(admin.SimpleListFilter):
    title, parameter_name = _("locked"), "locked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, attempts: Any) -> Any:
        locked = {"failures_since_start__gte": settings.AXES_FAILURE_LIMIT}
        if self.value() == "yes":
            return attempts.filter(**locked)
        return attempts.exclude(**locked) if self.value() == "no" else attempts


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin):
    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "locked"]
    list_filter = ["attempt_time", LockedFilter]

    @admin.display(description=_("locked"), boolean=True, ordering="failures_since_start")
    def locked(self, attempt: AccessAttempt) -> bool:
        return attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT
