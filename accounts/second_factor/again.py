"""Logging in again in place: what the dialog of a session that has ended asks, in JSON
(`static/js/components/login-again.js`). The forms, limits and locks are the login's."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from . import session
from .forms import CodeForm
from .login import Code, Login


def _refusal(*errors: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"errors": errors}, status=status)


def _errors(form: Form, status: int = 400) -> JsonResponse:
    return _refusal(*(str(e) for errors in form.errors.values() for e in errors), status=status)


def _state(request: HttpRequest) -> JsonResponse:
    """Who is signed in ("" for nobody), and the token for what is sent next."""
    user = str(request.user.pk) if request.user.is_authenticated else ""
    return JsonResponse({"user": user, "csrf": get_token(request)})


class LoginAgain(Login):
    """GET: who is signed in. POST: the password, of the one person whose page it is (`user`)."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _state(request)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:  # type: ignore[override]
        user = form.get_user()
        if str(user.pk) != self.request.POST.get("user"):
            # What waits on the page is another's: it must not be sent in this person's name.
            return _refusal(_("This page is someone else’s. Log in on the login page."), status=403)
        if user.second_factor_since:
            session.begin(self.request, user)
            return JsonResponse({"step": "code"})
        session.complete(self.request, user)
        return _state(self.request)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return _errors(form)


class CodeAgain(Code):
    """POST: the second step."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if session.pending_user(request) is None:
            late = {"step": "password", "errors": [_("That took too long. Log in again.")]}
            return JsonResponse(late, status=400)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        if form.device is None:  # locked: AxesMiddleware answers
            return self.form_invalid(form)
        session.complete(self.request, form.user, form.device)
        return _state(self.request)

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        return _errors(form, 429 if form.status == 429 else 400)
