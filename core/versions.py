"""Optimistic locking: what somebody saves never overwrites what was saved since they looked.

A version is one short keyed hash for each editable field. It travels with the form (or as the
API's ETag) and says, field by field, whether the row is still as it was shown. Not `updated_at`: a
worker or an upload changes that without touching an editable field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.choices import flatten_choices, normalize_choices
from django.utils.crypto import salted_hmac
from django.utils.formats import localize
from django.utils.translation import gettext as _

from .templatetags.dates import short_day

STORED, MINE = "stored", "mine"


def _as_text(value: Any) -> str:
    """The comparable text of a field's value, whether it comes from a form, a row or the API."""
    if value is None:
        return ""
    value = getattr(value, "pk", value)  # a form holds the related row, a row its key
    if isinstance(value, QuerySet):
        value = list(value)
    if isinstance(value, list | tuple):
        value = ", ".join(sorted(str(getattr(part, "pk", part)) for part in value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def version_of(value: Any) -> str:
    """12 hexadecimal digits. Keyed, so that nobody can guess a text from its version."""
    return salted_hmac("core.versions", _as_text(value), algorithm="sha256").hexdigest()[:12]


def entity_tag(values: Mapping[str, Any]) -> str:
    """The ETag of {field: value}, with its quotes."""
    return f'"{version_of([version_of(value) for value in values.values()])}"'


def _parse_token(token: str) -> dict[str, str]:
    """{field: version} from a form's hidden token; malformed parts are ignored."""
    pairs = (pair.partition(":") for pair in token[:4000].split())
    return {name: version for name, _colon, version in pairs if version}


@dataclass
class Conflict:
    """A field that two people changed. `saved`: the audit event of the other change, if known."""

    field: forms.BoundField
    stored: str
    mine: str
    saved: Any = None

    @property
    def choice(self) -> str:
        """The name of the input with which the person chooses."""
        return f"keep-{self.field.html_name}"


if TYPE_CHECKING:
    _Form = forms.ModelForm
else:
    _Form = object


class VersionedForm(_Form):
    """A mixin before `Form` or `ModelForm`; `initial` holds the row as it is *now*, bound or not.

    A field that the person left as it was shown takes the row's value; a field that only they
    changed keeps their text; a field that both changed is a conflict, shown with both texts until
    the person has chosen. `linked_fields` are groups of fields that only make sense together: the
    edits of two people to such a group are never mixed.
    """

    data: Any  # a QueryDict, once merged fields are filled in
    linked_fields: tuple[tuple[str, ...], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[Conflict] = []
        self._seen_versions: dict[str, str] = {}  # what the page shows when it is rendered again
        self._stored: dict[str, Any] = {
            name: self.get_initial_for_field(field, name)
            for name, field in self.fields.items()
            if not field.disabled
        }

    @property
    def is_edit(self) -> bool:
        """Whether an existing row is edited, rather than a new one created."""
        instance = getattr(self, "instance", None)
        return bool(self.initial) if instance is None else not instance._state.adding

    @property
    def version(self) -> str:
        """The value of the hidden field: the version of each field as the person was shown it."""
        if not self.is_edit:
            return ""
        if self.is_bound:  # their text is still based on that
            versions = _parse_token(self.data.get("version", "")) | self._seen_versions
        else:
            versions = {name: version_of(value) for name, value in self._stored.items()}
        return " ".join(f"{name}:{version}" for name, version in versions.items())

    @property
    def version_before(self) -> str:
        """The version before the conflicts were shown: a draft restored without them is still based
        on it."""
        return self.data.get("version", "") if self.conflicts else ""

    @property
    def changes(self) -> dict[str, Any]:
        """{field: new value} of the fields that differ from the row. Only after `is_valid`."""
        return {
            name: self.cleaned_data[name]
            for name, stored in self._stored.items()
            if name in self.cleaned_data and _as_text(self.cleaned_data[name]) != _as_text(stored)
        }

    @property
    def previous_values(self) -> dict[str, Any]:
        """{field: value} of the row that `changes` replaces."""
        return {name: self._stored[name] for name in self.changes}

    def clean(self) -> dict[str, Any]:
        """The cleaned data, with concurrent edits of the row merged in."""
        data = super().clean()
        data = self.cleaned_data if data is None else data
        if self.is_edit:
            self._merge(data)
        return data

    def full_clean(self) -> None:
        """Clean, and report each conflict as an error of its field."""
        super().full_clean()
        for conflict in self.conflicts:
            text = _("Somebody changed this in the meantime. Choose which version to keep.")
            self.add_error(conflict.field.name, ValidationError(text, code="changed_meanwhile"))

    def save(self, commit: bool = True) -> Any:
        """Save the form; of an existing row, only the changed fields."""
        if not self.is_edit or not commit:
            return super().save(commit)
        if self.changes:
            columns = {field.name for field in self.instance._meta.fields}
            self.instance.save(update_fields=[*self.changes, *({"updated_at"} & columns)])
        return self.instance

    def _merge(self, data: dict[str, Any]) -> None:
        self.conflicts = []
        merged: list[str] = []
        shown = _parse_token(self.data.get("version", ""))
        offered = self.data.getlist("asked") if hasattr(self.data, "getlist") else []
        names = [name for name in self._stored if name in data and name in shown]
        stored = {name: version_of(self._stored[name]) for name in names}
        mine = {name: version_of(data[name]) for name in names}
        mixed = {
            name
            for unit in self.linked_fields
            if any(mine[n] != shown[n] for n in unit if n in mine)
            and any(stored[n] != shown[n] for n in unit if n in stored)
            for name in unit
        }
        for name in names:
            choice = self.data.get(f"keep-{name}") if name in offered else MINE
            same = stored[name] == shown[name]  # unchanged since it was shown
            untouched = mine[name] == shown[name] and name not in mixed
            theirs = choice == STORED and same
            yours = choice == MINE and same and name not in mixed
            if untouched or theirs:
                merged.append(name)
            elif mine[name] != stored[name] and not yours:
                self.conflicts.append(self._conflict(name, data[name]))
        for name in merged:
            data[name] = self._as_cleaned(name, data[name])
        self._seen_versions = {
            name: stored[name] for name in [*merged, *(c.field.name for c in self.conflicts)]
        }
        self._fill_in_merged(merged)

    def _as_cleaned(self, name: str, like: Any) -> Any:
        # Not `clean`, unless it changes the type: what was valid once is not validated again.
        field = self.fields[name]
        if isinstance(like, QuerySet):
            return field.clean([row.pk for row in self._stored[name]])
        return (field.clean if isinstance(like, list) else field.to_python)(self._stored[name])

    def _conflict(self, name: str, mine: Any) -> Conflict:
        return Conflict(
            self[name], self._display_text(name, self._stored[name]), self._display_text(name, mine)
        )

    def _display_text(self, name: str, value: Any) -> str:
        """A value as a person reads it."""
        field = self.fields[name]
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(field, forms.ModelChoiceField):
            return str(field.to_python(getattr(value, "pk", value)) or "")
        if isinstance(field, forms.ChoiceField):
            labels = dict(flatten_choices(normalize_choices(field.choices)))
            return str(
                {str(key): label for key, label in labels.items()}.get(_as_text(value), value)
            )
        if isinstance(value, date):
            return short_day(value)
        return _as_text(value) if isinstance(value, str | list) else _as_text(localize(value))

    def _fill_in_merged(self, names: Iterable[str]) -> None:
        """If the form is shown again, it shows the row's values of these fields."""
        self.data = self.data.copy()
        for name in names:
            field, value = self.fields[name], self._stored[name]
            if isinstance(field, forms.BooleanField):
                self.data.pop(self.add_prefix(name), None)
                if value:
                    self.data[self.add_prefix(name)] = "on"
                continue
            if isinstance(field, forms.ModelMultipleChoiceField):
                self.data.setlist(self.add_prefix(name), [str(row.pk) for row in value])
                continue
            self.data[self.add_prefix(name)] = _form_data(field, value)


def _form_data(field: Any, value: Any) -> Any:
    value = field.prepare_value(value)
    if isinstance(field, forms.ChoiceField):
        return _as_text(value)
    return field.widget.format_value(value) or ""
