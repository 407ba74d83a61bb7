"""Who saw a photograph, for those who may see it; and everything about one's own images."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest
from audit.models import Event
from audit.reading import page, with_actors

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
        access_history.events_of(image, request.user),
        context,
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
    before = request.GET.get("before", "")
    events, next_cursor = page(querysets, before)
    context |= {"events": with_actors(events), "following": next_cursor, "first": not before}
    return render(request, template, context)
