"""The page about an account's security, and its actions."""

from base64 import b64encode

import django_otp
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from ..requests import AuthenticatedRequest
from . import rules, services, session
from .devices import Authenticator, StaticToken
from .forms import PasswordForm, SwitchOffForm, SwitchOnForm

UNCONFIRMED_DEVICE = "second_factor_drawn"
FEW = 3  # recovery codes that remain: the page warns


@login_required
def security(request: AuthenticatedRequest) -> HttpResponse:
    """The state of the second factor."""
    user, left = request.user, None
    if user.second_factor_since:
        left = StaticToken.objects.filter(device__user=user).count()
    context = {"left": left, "few": FEW, "required": rules.requires_second_factor(user)}
    return render(request, "accounts/security.html", context)


@sensitive_post_parameters()
@login_required
def set_up(request: AuthenticatedRequest) -> HttpResponse:
    """Shows the secret as a QR code and as text; one of its codes switches the second factor on."""
    user = request.user
    if user.second_factor_since:
        return redirect("security")
    device = _unconfirmed_device(request)
    form = SwitchOnForm(
        request.POST or None,
        request=request,
        device=device,
        password_is_fresh=session.password_is_fresh(request),
    )
    next_url = _next_url(request)
    if request.method == "POST" and form.is_valid() and form.device is not None:
        del request.session[UNCONFIRMED_DEVICE]
        _keep_session(request, form.device)
        return _show_codes(request, form.codes, then=next_url)
    context = {
        "form": form,
        "device": device,
        "required": rules.requires_second_factor(user),
        "next": next_url,
    }
    return render(request, "accounts/second_factor.html", context, status=form.status)


@sensitive_post_parameters()
@login_required
def codes(request: AuthenticatedRequest) -> HttpResponse:
    """New recovery codes, in exchange for the password."""
    if not request.user.second_factor_since:
        return redirect("security")
    form = PasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, services.renew_codes(request.user))
    return render(request, "accounts/second_factor_renew.html", {"form": form})


@sensitive_post_parameters()
@login_required
def switch_off(request: AuthenticatedRequest) -> HttpResponse:
    """Switches the second factor off, in exchange for the password and a code."""
    if not request.user.second_factor_since:
        return redirect("security")
    form = SwitchOffForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.device is not None:
        services.switch_off(request.user)
        _keep_session(request)
        messages.success(request, _("Two-factor authentication is off."))
        return redirect("security")
    context = {"form": form, "required": rules.requires_second_factor(request.user)}
    return render(request, "accounts/second_factor_off.html", context, status=form.status)


def _unconfirmed_device(request: AuthenticatedRequest) -> Authenticator:
    """The device whose secret this session shows. Every session gets its own, so that a secret that
    was seen but not confirmed is worthless."""
    mine = Authenticator.objects.filter(user=request.user, confirmed=False)
    device = mine.filter(pk=request.session.get(UNCONFIRMED_DEVICE)).first()
    if device is None:
        mine.delete()
        device = Authenticator.create_unconfirmed(request.user)
        request.session[UNCONFIRMED_DEVICE] = device.pk
    return device


def _keep_session(request: AuthenticatedRequest, device: services.Device | None = None) -> None:
    """Keep this session, under a new key and verified by `device`; the others have ended."""
    request.session.pop(django_otp.DEVICE_ID_SESSION_KEY, None)
    if device is not None:
        django_otp.login(request, device)
    update_session_auth_hash(request, request.user)


def _next_url(request: AuthenticatedRequest) -> str:
    safe = RedirectURLMixin()
    safe.request = request  # type: ignore[attr-defined]
    return safe.get_redirect_url()


def _show_codes(request: AuthenticatedRequest, codes: list[str], then: str = "") -> HttpResponse:
    """The page with the codes, which are stored nowhere in plain text."""
    heading = _("DermaAI recovery codes for %(email)s. Each one works only once.")
    text = "\r\n".join([heading % {"email": request.user.email}, "", *codes, ""])
    context = {
        "codes": codes,
        "file": "data:text/plain;charset=utf-8;base64," + b64encode(text.encode()).decode(),
        "then": then or resolve_url("security"),
    }
    return render(request, "accounts/second_factor_codes.html", context)
