"""A user's own links: creating, listing and revoking them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from core.fragments import vary_on_htmx, wants_fragment

from ..api.shares import ShareRate, share_url
from ..forms import ShareForm
from ..models import Share, UserImage
from ..services import shares as links

PAGE = 30


@login_required
@vary_on_htmx
def gallery_share(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The links of one image. POST creates one and shows it in this response only: it is kept in no
    session, message or redirect."""
    image = get_object_or_404(UserImage.objects.visible_to(request.user), pk=pk)
    if wants_fragment(request):
        return render(request, "gallery/partials/share_links.html", {"image": image})
    context: dict[str, Any] = {"image": image}
    status = 200
    if request.method == "POST":
        form, rate = ShareForm(request.POST), ShareRate()
        if not form.is_valid():
            context["share_form"], status = form, 400
        elif not rate.allow_request(request, None):
            form.add_error(None, _("Too many links created. Try again later."))
            context["share_form"], status = form, 429
        else:
            try:
                share, token = links.create_share(image=image, **form.cleaned_data)
                context |= {"new_url": share_url(request, token), "share": share}
            except links.NotReady:
                status = 409  # the panel says so
    response = render(request, "gallery/share.html", context, status=status)
    if status == 429:
        response["Retry-After"] = int(rate.wait() or 1)
    return response


@login_required
@require_POST
def gallery_share_revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Revoke one link."""
    shares = Share.objects.visible_to(request.user)
    get_object_or_404(shares, pk=pk)
    links.revoke(shares.filter(pk=pk))
    messages.success(request, _("Link revoked."))
    return redirect(_return_url(request))


@login_required
def gallery_links(request: AuthenticatedRequest) -> HttpResponse:
    """All links of the user."""
    shares = Paginator(links.list_shares(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "gallery/links.html", {"page": shares})


@login_required
@require_POST
def gallery_links_revoke_all(request: AuthenticatedRequest) -> HttpResponse:
    """Revoke all links of the user."""
    count = links.revoke_all(request.user)
    text = ngettext("%(count)s link revoked.", "%(count)s links revoked.", count)
    messages.success(request, text % {"count": count})
    return redirect("gallery_links")


def _return_url(request: AuthenticatedRequest) -> str:
    """The page that the form was on, if it is ours, else the list of links."""
    page = request.POST.get("next", "")
    is_local = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if is_local else reverse("gallery_links")
