from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename, get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin import ColumnFilter, ReadOnly

from .models import Event, Kind
from .reading import with_actors


def _roles() -> dict[str, Any]:
    """{role: its label}; what has no account is the system."""
    field = get_user_model()._meta.get_field("role")
    return dict(field.flatchoices) | {"system": _("The system")}


class RoleFilter(ColumnFilter):
    title, parameter_name, column = _("role"), "role", "actor_role"

    def labels(self) -> Iterable[tuple[Any, Any]]:
        return _roles().items()


class KindFilter(ColumnFilter):
    title, parameter_name, column = _("kind"), "kind", "kind"

    def labels(self) -> Iterable[tuple[Any, Any]]:
        return Kind.choices


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "moment", "who", "role", "action", "what", "key", "address"]
    list_filter = [RoleFilter, KindFilter, "action"]
    search_fields = ["=key", "=actor_id", "=patient_id", "=address", "=request_id"]
    date_hierarchy = "moment"
    show_full_result_count = False
    actions = None

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With names, for those who may view accounts; the log itself has numbers."""
        changelist = super().get_changelist_instance(request)
        accounts = get_user_model()._meta
        permission = get_permission_codename("view", accounts)
        if request.user.has_perm(f"{accounts.app_label}.{permission}"):
            changelist.result_list = with_actors(list(changelist.result_list))
        return changelist

    @admin.display(description=_("who"), ordering="actor_id")
    def who(self, event: Event) -> Any:
        account = getattr(event, "who", None)
        if account is None:
            return event.actor_id
        change = reverse(f"admin:{account._meta.app_label}_user_change", args=[account.pk])
        return format_html('<a href="{}">{}</a>', change, account.get_short_name())

    @admin.display(description=_("role"), ordering="actor_role", empty_value="–")
    def role(self, event: Event) -> Any:
        return _roles().get(event.actor_role, event.actor_role)

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, event: Event) -> str:
        return event.kind_label
