from django.contrib import admin
from django.contrib.auth import get_permission_codename, get_user_model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .models import Event
from .reading import with_actors


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """To read, and nothing else: not for a superuser either."""

    list_display = ["id", "moment", "who", "actor_role", "action", "what", "key", "address"]
    list_filter = ["action", "kind", "actor_role"]
    search_fields = ["=key", "=actor_id", "=patient_id", "=address", "=request_id"]
    date_hierarchy = "moment"
    show_full_result_count = False
    actions = None

    def get_changelist_instance(self, request):
        """With names for whoever may see accounts; the log itself has numbers."""
        changes = super().get_changelist_instance(request)
        accounts = get_user_model()._meta
        may = get_permission_codename("view", accounts)
        if request.user.has_perm(f"{accounts.app_label}.{may}"):
            changes.result_list = with_actors(list(changes.result_list))
        return changes

    @admin.display(description=_("who"), ordering="actor_id")
    def who(self, event):
        account = getattr(event, "who", None)
        if account is None:
            return event.actor_id
        change = reverse(f"admin:{account._meta.app_label}_user_change", args=[account.pk])
        return format_html('<a href="{}">{}</a>', change, account.get_short_name())

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, event):
        return event.kind_label

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
