"""Who saw a photograph, for whoever may see it; and everything about one's own images."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from audit.reading import page, with_actors

from .. import access_history
from ..models import ConsultationImage
from .access import get_visible


@login_required
def image_audit(request, pk):
    images = ConsultationImage.objects.select_related("consultation__patient")
    image = get_visible(images, request.user, pk)
    context = {
        "image": image,
        "consultation": image.consultation,
        "patient": image.consultation.patient,
    }
    return _shown(
        request, "consultations/image_audit.html", access_history.events_of(image), context
    )


@login_required
def audit(request):
    return _shown(request, "audit/account.html", access_history.events_about(request.user), {})


def _shown(request, template, found, context):
    before = request.GET.get("before", "")
    events, following = page(found, before)
    context |= {"events": with_actors(events), "following": following, "first": not before}
    return render(request, template, context)
