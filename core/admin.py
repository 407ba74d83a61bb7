"""The admin's change form under the same rule as every other: nobody's words are erased."""

from django import forms

from .versions import VersionedForm


class VersionedModelForm(VersionedForm, forms.ModelForm):
    pass


class VersionedAdmin:
    """A mixin before ModelAdmin. The page carries the version (templates/admin/change_form.html);
    a save is judged under the row's lock, in the admin's own transaction."""

    form = VersionedModelForm

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        match, page = request.resolver_match, f"{self.opts.app_label}_{self.opts.model_name}_change"
        saves = request.method == "POST" and match and match.url_name == page
        return rows.select_for_update(of=("self",)) if saves else rows
