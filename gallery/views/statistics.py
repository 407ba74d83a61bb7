from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest

from .. import statistics
from ..statistics import plots


@login_required
def gallery_statistics(request: AuthenticatedRequest) -> HttpResponse:
    """Statistics of the user's gallery, as plots and tables."""
    totals = statistics.collect(request.user)
    context = {"statistics": totals, "quota": totals.quota}
    if totals.images:
        context["plots"] = plots.draw(totals)
    return render(request, "gallery/statistics.html", context)
