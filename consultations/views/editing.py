"""Pages that edit a row: it is locked while the form is validated; conflicts are shown again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..forms import RecordForm
from .revisions import name_other_editors

_Rows = TypeVar("_Rows", bound=QuerySet)


@contextmanager
def edited_rows(request: HttpRequest, rows: _Rows) -> Iterator[_Rows]:
    """Yields `rows` to fetch the edited row from. For POST, fetching locks the row until the block
    ends, so that of two concurrent saves the second is validated against the first. The lock is
    taken in the same SELECT."""
    if request.method != "POST":
        yield rows
        return
    with transaction.atomic():
        yield rows.select_for_update(of=("self",))


def render_form(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    form: RecordForm,
    *,
    invalid: int = 200,
) -> HttpResponse:
    """The page with its form; 409 with both texts where somebody else changed the same fields,
    `invalid` where the form has other errors."""
    name_other_editors(form)
    status = 409 if form.conflicts else invalid if form.errors else 200
    return render(request, template, context, status=status)
