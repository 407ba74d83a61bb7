"""Who saw a photograph, for those who may see it; and everything about one's own images."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest
from audit.filter_form import EventFilterForm
from audit.models import Event
from audit.reading import page, with_actors
from audit.sittings import mark_unusual, sittings
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
        request, "consultations/image_audit.html", access_history.events_of(image), context
    )


@login_required
def audit(request: AuthenticatedRequest) -> HttpResponse:
    """Who saw the user's own images."""
    return _render_events(
        request, "audit/account.html", access_history.events_of_account(request.user), {}
    )


def _render_events(
    request: AuthenticatedRequest,
    template: str,
    querysets: Iterable[QuerySet[Event]],
    context: dict[str, Any],
) -> HttpResponse:
    before, form = request.GET.get("before", ""), EventFilterForm(request.GET)
    events, next_cursor = page(map(form.filter, querysets), before)
    access_history.name_subjects(with_actors(events), request.user)
    context |= {
        "events": events,
        "sittings": mark_unusual(sittings(events), request.user),
        "form": form,
        "following": next_cursor,
        "first": not before,
        "next_query": query_string(request, before=next_cursor),
        "latest_query": query_string(request, before=""),
    }
    return render(request, template, context)
