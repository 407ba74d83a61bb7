"""Who saw a photograph, for those who may see it; and everything about one's own images."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest
from audit import reading
from audit.filter_form import EventFilterForm
from audit.models import Event
from audit.sittings import mark_unusual, sittings
from audit.subjects import name_subjects
from audit.trail import Action, record
from core.fragments import query_string

from .. import access_history
from ..models import ConsultationImage
from .access import get_visible


@login_required
def image_audit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Who saw, downloaded or changed one photograph."""
    images = ConsultationImage.objects.select_related("consultation__patient")
    image = get_visible(images, request.user, pk)
    context = {
        "image": image,
        "consultation": image.consultation,
        "patient": image.consultation.patient,
    }
    return _render_events(
        request,
        "consultations/image_audit.html",
        [*access_history.events_of(image, request.user)],
        context,
    )


@login_required
def audit(request: AuthenticatedRequest) -> HttpResponse:
    """Who saw the user's own images."""
    querysets = [*access_history.events_of_account(request.user)]
    return _render_events(request, "audit/account.html", querysets, {"with_subject": True})


def _render_events(
    request: AuthenticatedRequest,
    template: str,
    querysets: list[QuerySet[Event]],
    context: dict[str, Any],
) -> HttpResponse:
    before, people = request.GET.get("before", ""), reading.people(querysets)
    form = EventFilterForm(request.GET, people=people, reader=request.user)
    events, next_cursor = reading.page(map(form.filter, querysets), before)
    name_subjects(reading.with_actors(events), request.user)
    found = mark_unusual(sittings(events), request.user)
    if context.get("with_subject") and (shown := sum(len(one.pictures) for one in found)):
        record(Action.LISTED, request.user, images=shown)
    context |= {
        "events": events,
        "sittings": found,
        "form": form,
        "following": next_cursor,
        "first": not before,
        "next_query": query_string(request, before=next_cursor),
        "latest_query": query_string(request, before=""),
    }
    return render(request, template, context)
