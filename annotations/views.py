"""What is written on an image: beside the viewer, and on the image's own page."""

from collections.abc import Collection

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from consultations.models import ConsultationImage
from consultations.views.access import get_visible
from core.fragments import vary_on_htmx, wants_fragment

from .reading import annotated, sheet_of


@login_required
@vary_on_htmx
def image_annotations(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """As a fragment, what the viewer shows beside the picture; the image's page has it, too."""
    image = get_visible(ConsultationImage.objects, request.user, pk)
    if not wants_fragment(request):
        return redirect(f"{reverse('image_detail', args=[pk])}#annotations")
    record(Action.VIEWED, image, part="annotations")
    context = {"image": image, "sheet": sheet_of(image, request.user)}
    return render(request, "annotations/sheet.html", context)


def button_over_panes(keys: Collection[int], user: User) -> str:
    """A comparison has it where there is something to be shown on its pictures."""
    return "annotations/pane_button.html" if annotated(keys, user) else ""


def part_of_page(request: AuthenticatedRequest, image: ConsultationImage) -> SafeString | str:
    """What is written on it, as text; for its doctor with what it was before."""
    sheet = sheet_of(image, request.user, former=True)
    if not (sheet.entries or sheet.editable):
        return ""
    return render_to_string("annotations/part.html", {"image": image, "sheet": sheet}, request)
