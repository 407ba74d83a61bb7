from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest

from .. import statistics
from ..statistics import answers, plots


@login_required
def gallery_statistics(request: AuthenticatedRequest) -> HttpResponse:
    """What the owner of a gallery asks of it, answered in sentences first."""
    totals = statistics.collect(request.user)
    context: dict[str, object] = {"statistics": totals}
    if totals.images:
        context |= {
            "room": answers.room(totals),
            "plot": plots.storage(totals.months),
            "missing": answers.missing(totals),
            "reasons": answers.reasons(totals),
            "largest": answers.largest(totals),
            "large": answers.large(totals),
        }
    return render(request, "gallery/statistics.html", context)
