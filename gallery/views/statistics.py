from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedRequest

from .. import statistics
from ..statistics import plots


@login_required
def gallery_statistics(request: AuthenticatedRequest) -> HttpResponse:
    found = statistics.collect(request.user)
    context = {"statistics": found, "quota": found.quota}
    if found.images:
        context["plots"] = plots.draw(found)
    return render(request, "gallery/statistics.html", context)
