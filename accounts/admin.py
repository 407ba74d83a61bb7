from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework_simplejwt.token_blacklist.admin import BlacklistedToken, OutstandingToken

from core.admin import VersionedAdmin
from core.search import FoldedSearch
from core.templatetags.dates import moment
from core.versions import VersionedForm

from . import attempts_admin  # noqa: F401  (registers itself)
from .models import User
from .second_factor import services

# The packages' own admins would show secrets and create unsealed ones, show tokens, and let anybody
# who may change a group give themselves every permission.
admin.site.unregister([TOTPDevice, StaticDevice, OutstandingToken, BlacklistedToken, Group])


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "role")


class VersionedUserForm(VersionedForm, UserChangeForm):
    pass


PERMISSION_FIELDS = ["is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class UserAdmin(VersionedAdmin, FoldedSearch, DjangoUserAdmin):
    """Only a superuser grants permissions or edits the account of somebody who may enter the admin:
    Django would let anybody who may change accounts make themselves a superuser."""

    list_display = [
        "email",
        "full_name",
        "role",
        "is_active",
        "is_staff",
        "has_second_factor",
        "last_login",
    ]
    list_filter = [
        "role",
        "is_active",
        "is_staff",
        ("second_factor_since", admin.EmptyFieldListFilter),
    ]
    search_fields = ["email", "full_name", "search_key"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined", "second_factor", "events"]
    form, add_form = VersionedUserForm, UserCreationForm
    fieldsets = [
        (None, {"fields": ["email", "password", "second_factor"]}),
        (_("Person"), {"fields": ["full_name", "role", "language"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined", "events"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["email", "full_name", "role", "usable_password", "password1", "password2"]},
        )
    ]

    @admin.display(
        description=_("two-factor authentication"), boolean=True, ordering="second_factor_since"
    )
    def has_second_factor(self, user: User) -> bool:
        return user.second_factor_since is not None

    @admin.display(description=_("two-factor authentication"))
    def second_factor(self, user: User) -> str:
        if user.second_factor_since is None:
            return "-"
        return format_html(
            '{} <a href="{}">{}</a>',
            moment(user.second_factor_since),
            reverse("admin:accounts_user_second_factor", args=[user.pk]),
            _("Remove (lost device)"),
        )

    @admin.display(description=_("audit log"))
    def events(self, user: User) -> str:
        """A link to the user's events. The log checks its own permission."""
        url = reverse("admin:audit_event_changelist", query={"actor_id": user.pk})
        return format_html('<a href="{}">{}</a>', url, _("Their activity"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_second_factor)
        name = "accounts_user_second_factor"
        return [path("<int:pk>/second-factor/", view, name=name), *super().get_urls()]

    def remove_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For a user who lost telephone and recovery codes. Superusers only: 403 for others."""
        if not request.user.is_superuser:
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        change = reverse("admin:accounts_user_change", args=[pk])
        if request.method == "POST":
            if services.switch_off(user, by_staff=True, admin=True):
                messages.success(request, gettext("Two-factor authentication has been removed."))
            return redirect(change)
        context = self.admin_site.each_context(request) | {
            "title": gettext("Remove two-factor authentication"),
            "opts": self.opts,
            "original": user,
            "back": change,
        }
        return TemplateResponse(request, "admin/accounts/user/second_factor.html", context)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, *PERMISSION_FIELDS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_edit(request, obj)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Only a superuser changes groups: members could otherwise extend their own permissions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser


def _may_edit(request: HttpRequest, account: User | None) -> bool:
    return (
        request.user.is_superuser
        or account is None
        or not (account.is_staff or account.is_superuser)
    )
