"""A page that edits a row: locked while a form is judged, shown again where two people met."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .revisions import name_other_editors

_Rows = TypeVar("_Rows", bound=QuerySet)


@contextmanager
def edited_rows(request: HttpRequest, rows: _Rows) -> Iterator[_Rows]:
    """`rows` to fetch from: to save, under the row's lock, so that of two who save at once the
    second is judged against what the first has saved. The lock is in the same SELECT."""
    if request.method != "POST":
        yield rows
        return
    with transaction.atomic():
        yield rows.select_for_update(of=("self",))


def render_form(
    request: HttpRequest, template: str, context: dict[str, Any], form: Any
) -> HttpResponse:
    """The page; 409 where somebody else has changed what the person did, with both texts."""
    name_other_editors(form)
    return render(request, template, context, status=409 if form.conflicts else 200)
