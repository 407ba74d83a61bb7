"""The doctor's bin: deleted photographs, restored or deleted for good."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core import keyset
from core.fragments import grid_size, query_string, restart_grid, vary_on_htmx, wants_fragment
from core.returning import return_url
from imaging.bin_notices import notify_put_away, notify_restored

from .. import bin
from ..facts import with_tile_facts
from ..models import ConsultationImage
from ..ordering import IN_BIN_ORDER
from ..selection import BinForm, parse_keys
from .access import doctor_required

IMAGES = 48


@doctor_required
@vary_on_htmx
def bin_list(request: AuthenticatedRequest) -> HttpResponse:
    """What the doctor deleted and can still restore, the last first."""
    binned = ConsultationImage.all_rows.in_bin_of(request.user)
    rows = binned.prefetch_related("consultation__patient")
    cursor = request.GET.get("before", "")
    page = keyset.page(rows, IN_BIN_ORDER, cursor, grid_size(request, IMAGES), among=binned)
    if page.lost:
        return restart_grid(request)
    visits = sorted({image.consultation_id for image in page.images})
    if page.images:
        record(Action.LISTED, request.user, images=len(page.images), consultations=visits, bin=True)
    for image in with_tile_facts(page.images):
        image.tile["erased"] = timezone.localtime(bin.erased_at(image))
    context = {
        "images": page.images,
        "days": settings.BIN_DAYS,
        "next_query": query_string(request, before=page.next) if page.next else None,
    }
    if wants_fragment(request) and cursor:
        return render(request, "consultations/partials/bin_tiles.html", context)
    return render(request, "consultations/bin.html", context)


@doctor_required
@require_POST
def bin_selected(request: AuthenticatedRequest) -> HttpResponse:
    """Restore the selected images, or delete them for good, after asking."""
    form, keys = BinForm(request.POST), parse_keys(request.POST.getlist("ids"))
    back = redirect(return_url(request, reverse("bin_list")))
    images = ConsultationImage.all_rows.in_bin_of(request.user).filter(pk__in=keys)
    if not form.is_valid() or not keys:
        messages.error(request, _("Choose images first."))
        return back
    if form.cleaned_data["action"] == "restore":
        _restore(request, [image.pk for image in images])
        return back
    if not form.cleaned_data["sure"]:
        asked = with_tile_facts(list(images.select_related("consultation__patient")))
        if not asked:
            messages.error(request, _("These images are no longer in the bin."))
            return back
        return render(request, "consultations/bin_erase.html", {"images": asked})
    count = bin.erase_images(images)
    text = ngettext(
        "%(count)s image deleted for good.", "%(count)s images deleted for good.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("bin_list")


def _restore(request: AuthenticatedRequest, keys: list[int]) -> None:
    images = ConsultationImage.all_rows.in_bin_of(request.user).filter(pk__in=keys)
    try:
        count = len(bin.restore_images(images))
    except bin.SameFileThere as error:
        messages.error(request, str(error.detail))
        return
    notify_restored(request, count)


def notify_in_bin(request: AuthenticatedRequest, keys: list[int]) -> None:
    """Add a message that the images (`keys`) are in the bin, with a button that restores them."""
    text = ngettext("%(count)s image is in the bin.", "%(count)s images are in the bin.", len(keys))
    notify_put_away(request, keys, text % {"count": len(keys)}, reverse("bin_selected"))
