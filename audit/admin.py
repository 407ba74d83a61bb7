from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """To read, and nothing else: not for a superuser either."""

    list_display = ["id", "moment", "actor_id", "actor_role", "action", "what", "key", "address"]
    list_filter = ["action", "kind", "actor_role"]
    search_fields = ["=key", "=actor_id", "=patient_id", "=address", "=request_id"]
    date_hierarchy = "moment"
    show_full_result_count = False
    actions = None

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, event):
        return event.kind_label

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
