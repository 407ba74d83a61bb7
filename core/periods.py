"""From one day to another, in the forms that narrow a list down."""

from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import pgettext_lazy

_Rows = TypeVar("_Rows", bound=QuerySet[Any])


class DateInput(forms.DateInput):
    """The browser's own date field, which needs ISO dates in every language."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")

    def set_range(self, first: date, last: date) -> None:
        """Limit what the browser's calendar offers. The server still validates, and explains."""
        self.attrs |= {"min": first.isoformat(), "max": last.isoformat()}


class PeriodForm(forms.Form):
    """Both days belong to the period. What is not valid narrows nothing down."""

    since = forms.DateField(label=pgettext_lazy("date", "From"), required=False, widget=DateInput())
    until = forms.DateField(label=pgettext_lazy("date", "To"), required=False, widget=DateInput())

    def chosen(self) -> dict[str, Any]:
        """{field: value} of what is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def days_of(self, rows: _Rows, field: str) -> _Rows:
        """The rows whose date `field` lies in the period."""
        chosen = self.chosen()
        if "since" in chosen:
            rows = rows.filter(**{f"{field}__gte": chosen["since"]})
        if "until" in chosen:
            rows = rows.filter(**{f"{field}__lte": chosen["until"]})
        return rows

    def moments_of(self, rows: _Rows, field: str) -> _Rows:
        """The rows whose moment `field` lies in the period by the practice's clock. Compared as
        moments, so that an index serves."""
        chosen = self.chosen()
        # East of Greenwich the first day of all begins before there is a moment to compare with.
        if chosen.get("since", date.min) > date.min:
            rows = rows.filter(**{f"{field}__gte": _begin(chosen["since"])})
        if chosen.get("until", date.max) < date.max:
            rows = rows.filter(**{f"{field}__lt": _begin(chosen["until"] + timedelta(days=1))})
        return rows


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
