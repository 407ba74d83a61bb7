"""What the admin pages of the apps share: no edit overwrites another; rows that only services
write; filters by a column."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from .versions import VersionedForm

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin as _BaseModelAdmin

    _ModelAdmin = admin.ModelAdmin
else:
    _BaseModelAdmin = _ModelAdmin = object


class VersionedModelForm(VersionedForm, forms.ModelForm):
    pass


class VersionedAdmin(_ModelAdmin):
    """A mixin before ModelAdmin. The page carries the version (templates/admin/change_form.html);
    a save is checked under the row's lock, in the admin's own transaction."""

    form: type[forms.ModelForm] = VersionedModelForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The admin's rows, locked where this request saves one."""
        rows = super().get_queryset(request)
        match, page = request.resolver_match, f"{self.opts.app_label}_{self.opts.model_name}_change"
        saves = request.method == "POST" and match and match.url_name == page
        return rows.select_for_update(of=("self",)) if saves else rows


class NeverAdded(_BaseModelAdmin):
    """A mixin before ModelAdmin or an inline: the admin makes no such rows, only services do."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NeverAdded):
    """A mixin before ModelAdmin: rows that nobody writes by hand, not even a superuser."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ShownRows(NeverAdded, admin.TabularInline):
    """Rows that are shown with the one they belong to; a subclass makes its fields read-only."""

    extra = 0
    can_delete = False


class ColumnFilter(admin.SimpleListFilter):
    """By one value of a column whose values have labels, but no `choices`. A subclass defines
    `title`, `parameter_name`, `column` and `labels`."""

    column: str

    def labels(self) -> Iterable[tuple[Any, Any]]:
        """(value, label) of what can be chosen."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [*self.labels()]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows.filter(**{self.column: self.value()}) if self.value() else rows
