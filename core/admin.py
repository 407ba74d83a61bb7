"""The admin's change form follows the rule of every other form: no edit overwrites another."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .versions import VersionedForm

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin
else:
    _ModelAdmin = object


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
