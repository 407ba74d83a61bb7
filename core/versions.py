"""What somebody was shown, so that what they save erases nothing that was saved in between.

A version is one short keyed hash for each field that can be edited. It travels with the form (or
as the API's ETag) and says, field by field, whether the row is still as it was shown. Not
`updated_at`: a worker or an upload changes that without touching what a person edits.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.choices import flatten_choices, normalize_choices
from django.utils.crypto import salted_hmac
from django.utils.formats import localize
from django.utils.translation import gettext as _

STORED, MINE = "stored", "mine"


def _as_text(value):
    """One text for what a field holds, in whatever form it came: form, row or API."""
    if value is None:
        return ""
    value = getattr(value, "pk", value)  # a form has the row that a row has the key of
    if isinstance(value, QuerySet):
        value = list(value)
    if isinstance(value, list | tuple):
        value = ", ".join(sorted(str(getattr(part, "pk", part)) for part in value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def version_of(value):
    """12 hexadecimal digits. Keyed: who may not read a text cannot guess it from its version."""
    return salted_hmac("core.versions", _as_text(value), algorithm="sha256").hexdigest()[:12]


def entity_tag(values):
    """The ETag of {field: value}, with its quotes."""
    return f'"{version_of([version_of(value) for value in values.values()])}"'


def _parse_token(token):
    """{field: version} of a form's token; what is no version is passed over."""
    pairs = (pair.partition(":") for pair in token[:4000].split())
    return {name: version for name, _colon, version in pairs if version}


@dataclass
class Conflict:
    """A field that two people changed. `saved`, if known, is the audit event of the other's."""

    field: forms.BoundField
    stored: str
    mine: str
    saved: Any = None

    @property
    def choice(self):
        return f"keep-{self.field.html_name}"


class VersionedForm:
    """A mixin, before `Form` or `ModelForm`: `initial` holds the row as it is *now*, bound or not.

    A field that the person left as it was shown takes the row's value; a field that only they
    changed keeps their text; a field that both changed is a conflict, shown with both texts until
    the person has chosen. `linked_fields` are groups of fields that only make sense together: the
    edits of two people to such a group are never mixed.
    """

    linked_fields = ()  # ((field, field), …)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflicts = []
        self._seen_versions = {}  # {field: version} that the page, shown again, is about
        self._stored = {
            name: self.get_initial_for_field(field, name)
            for name, field in self.fields.items()
            if not field.disabled
        }

    @property
    def is_edit(self):
        """Is there a row that is edited, or is it a form for a new one?"""
        instance = getattr(self, "instance", None)
        return bool(self.initial) if instance is None else not instance._state.adding

    @property
    def version(self):
        """The hidden field of the page: what the person is shown, field by field."""
        if not self.is_edit:
            return ""
        if self.is_bound:  # what they typed is still about that
            seen = _parse_token(self.data.get("version", "")) | self._seen_versions
        else:
            seen = {name: version_of(value) for name, value in self._stored.items()}
        return " ".join(f"{name}:{version}" for name, version in seen.items())

    @property
    def version_before(self):
        """What the page said before it showed the conflicts: a draft found again, without them, is
        still about that."""
        return self.data.get("version", "") if self.conflicts else ""

    @property
    def changes(self):
        """{field: value} of what is to be saved: what differs from the row. After `is_valid`."""
        return {
            name: self.cleaned_data[name]
            for name, stored in self._stored.items()
            if name in self.cleaned_data and _as_text(self.cleaned_data[name]) != _as_text(stored)
        }

    @property
    def previous_values(self):
        """{field: value} of the row, of what `changes` replaces."""
        return {name: self._stored[name] for name in self.changes}

    def clean(self):
        data = super().clean()
        data = self.cleaned_data if data is None else data
        if self.is_edit:
            self._merge(data)
        return data

    def full_clean(self):
        super().full_clean()
        for conflict in self.conflicts:
            text = _("Somebody changed this meanwhile. Choose what is to stand.")
            self.add_error(conflict.field.name, ValidationError(text, code="changed_meanwhile"))

    def save(self, commit=True):
        """Of a row that is edited, only what was changed."""
        if not self.is_edit or not commit:
            return super().save(commit)
        if self.changes:
            columns = {field.name for field in self.instance._meta.fields}
            self.instance.save(update_fields=[*self.changes, *({"updated_at"} & columns)])
        return self.instance

    def _merge(self, data):
        self.conflicts, merged = [], []
        shown = _parse_token(self.data.get("version", ""))
        asked = self.data.getlist("asked") if hasattr(self.data, "getlist") else []
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
            choice = self.data.get(f"keep-{name}") if name in asked else MINE
            same = stored[name] == shown[name]  # nobody has changed it since
            left = mine[name] == shown[name] and name not in mixed
            theirs = choice == STORED and same
            yours = choice == MINE and same and name not in mixed
            if left or theirs:
                merged.append(name)
            elif mine[name] != stored[name] and not yours:
                self.conflicts.append(self._conflict(name, data[name]))
        for name in merged:
            data[name] = self._as_cleaned(name, data[name])
        self._seen_versions = {
            name: stored[name] for name in [*merged, *(c.field.name for c in self.conflicts)]
        }
        self._fill_in_merged(merged)

    def _as_cleaned(self, name, like):
        # Not `clean`, unless it makes another type: what was valid once is not judged again.
        field = self.fields[name]
        if isinstance(like, QuerySet):
            return field.clean([row.pk for row in self._stored[name]])
        return (field.clean if isinstance(like, list) else field.to_python)(self._stored[name])

    def _conflict(self, name, mine):
        return Conflict(
            self[name], self._display_text(name, self._stored[name]), self._display_text(name, mine)
        )

    def _display_text(self, name, value):
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
        return _as_text(value) if isinstance(value, str | list) else _as_text(localize(value))

    def _fill_in_merged(self, names):
        """Where the form is shown again, for whatever reason: the row's values of these fields."""
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


def _form_data(field, value):
    value = field.prepare_value(value)
    if isinstance(field, forms.ChoiceField):
        return _as_text(value)
    return field.widget.format_value(value) or ""
