"""From one image that lacks type or site to the next, on their own pages; with scripts, the viewer
does the same (static/js/components/viewer/walk.js)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import AuthenticatedRequest
from core import keyset
from core.templatetags.units import tally

from ..models import Consultation, ConsultationImage
from ..ordering import IN_ORDER
from .access import get_editable

WALK = "incomplete"  # in the query of an image's page: saving leads to the next one


@login_required
def next_incomplete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """To the page of the first incomplete image, or of the next one `?after=` another; after the
    last one back to the consultation, which says how many are left."""
    consultation = get_editable(Consultation.objects, request.user, pk)
    images = consultation.images.all()
    after = request.GET.get("after", "")
    page = keyset.page(images.incomplete(), IN_ORDER, after, 1, among=images)
    if page.lost:  # deleted meanwhile
        return redirect("consultation_incomplete", pk=pk)
    if page.images:
        return redirect(f"{reverse('image_detail', args=[page.images[0].pk])}?{WALK}")
    if left := keyset.count(images.incomplete()):
        text = ngettext(
            "%(n)s image is still to complete.", "%(n)s images are still to complete.", left
        )
        messages.info(request, text % {"n": tally(left)})
    else:
        messages.success(request, _("Every image has its type and its site."))
    return redirect("consultation_detail", pk=pk)


def next_page(request: HttpRequest, image: ConsultationImage) -> str:
    """Where saving an image on its own page leads to."""
    if WALK not in request.GET:
        return reverse("image_detail", args=[image.pk])
    return f"{reverse('consultation_incomplete', args=[image.consultation_id])}?after={image.pk}"
