"""A page that edits a row: locked while a form is judged, shown again where two people met."""

from contextlib import contextmanager

from django.db import transaction
from django.shortcuts import render

from .revisions import name_others


@contextmanager
def editing(request, rows):
    """`rows` to fetch from: to save, under the row's lock, so that of two who save at once the
    second is judged against what the first has saved. The lock is in the same SELECT."""
    if request.method != "POST":
        yield rows
        return
    with transaction.atomic():
        yield rows.select_for_update(of=("self",))


def shown_again(request, template, context, form):
    """The page; 409 where somebody else has changed what the person did, with both texts."""
    name_others(form)
    return render(request, template, context, status=409 if form.conflicts else 200)
