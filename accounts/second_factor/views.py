"""The page about an account's security, and what is switched there."""

from base64 import b64encode

import django_otp
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import RedirectURLMixin
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from . import rules, services, session
from .devices import Authenticator, StaticToken
from .forms import PasswordForm, SwitchOffForm, SwitchOnForm

UNCONFIRMED_DEVICE = "second_factor_drawn"
FEW = 3  # recovery codes


@login_required
def security(request):
    user, left = request.user, None
    if user.second_factor_since:
        left = StaticToken.objects.filter(device__user=user).count()
    told = {"left": left, "few": FEW, "required": rules.requires_second_factor(user)}
    return render(request, "accounts/security.html", told)


@sensitive_post_parameters()
@login_required
def set_up(request):
    """The secret as a picture and as text; a code of it switches the second factor on."""
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
    asked = _next_url(request)
    if request.method == "POST" and form.is_valid() and form.device is not None:
        del request.session[UNCONFIRMED_DEVICE]
        _keep_session(request, form.device)
        return _show_codes(request, form.codes, then=asked)
    told = {
        "form": form,
        "device": device,
        "required": rules.requires_second_factor(user),
        "next": asked,
    }
    return render(request, "accounts/second_factor.html", told, status=form.status)


@sensitive_post_parameters()
@login_required
def codes(request):
    """New recovery codes, against the password."""
    if not request.user.second_factor_since:
        return redirect("security")
    form = PasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, services.renew_codes(request.user))
    return render(request, "accounts/second_factor_renew.html", {"form": form})


@sensitive_post_parameters()
@login_required
def switch_off(request):
    if not request.user.second_factor_since:
        return redirect("security")
    form = SwitchOffForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.device is not None:
        services.switch_off(request.user)
        _keep_session(request)
        messages.success(request, _("The second factor is switched off."))
        return redirect("security")
    told = {"form": form, "required": rules.requires_second_factor(request.user)}
    return render(request, "accounts/second_factor_off.html", told, status=form.status)


def _unconfirmed_device(request):
    """The secret that this session was shown; another session is shown another, so that one that
    somebody saw and nobody confirmed is worth nothing."""
    mine = Authenticator.objects.filter(user=request.user, confirmed=False)
    device = mine.filter(pk=request.session.get(UNCONFIRMED_DEVICE)).first()
    if device is None:
        mine.delete()
        device = Authenticator.create_unconfirmed(request.user)
        request.session[UNCONFIRMED_DEVICE] = device.pk
    return device


def _keep_session(request, device=None):
    """This session goes on, under a new key, and verified by `device`; the others have ended."""
    request.session.pop(django_otp.DEVICE_ID_SESSION_KEY, None)
    if device is not None:
        django_otp.login(request, device)
    update_session_auth_hash(request, request.user)


def _next_url(request):
    safe = RedirectURLMixin()
    safe.request = request
    return safe.get_redirect_url()


def _show_codes(request, drawn, then=""):
    """In the answer itself: they are kept nowhere as they are."""
    heading = _("DermaAI recovery codes of %(email)s. Each is good once.")
    text = "\r\n".join([heading % {"email": request.user.email}, "", *drawn, ""])
    told = {
        "codes": drawn,
        "file": "data:text/plain;charset=utf-8;base64," + b64encode(text.encode()).decode(),
        "then": then or resolve_url("security"),
    }
    return render(request, "accounts/second_factor_codes.html", told)
