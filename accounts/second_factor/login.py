"""Login: the password, then the code of those who have a second factor."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from ..forms import LoginForm
from . import session
from .forms import CodeForm, RecoveryCodeForm


def redirect_to(route: str, **parameters: str) -> HttpResponseRedirect:
    """A redirect to the URL of that name, with the parameters that are not empty."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return redirect(f"{reverse(route)}?{query}" if query else reverse(route))


class Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponseRedirect:
        user = form.get_user()
        if user.second_factor_since:
            session.begin(self.request, user)
            return redirect_to("login_code", next=self.get_redirect_url())
        session.complete(self.request, user)
        return redirect(self.get_success_url())


@method_decorator([sensitive_post_parameters(), csrf_protect, never_cache], name="dispatch")
class Code(RedirectURLMixin, FormView):
    """The second step. With `?recovery=1` it asks for a recovery code."""

    template_name = "accounts/login_code.html"
    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = session.pending_user(request)
        if self.user is None:
            if session.PENDING in request.session:
                del request.session[session.PENDING]
                messages.error(request, _("That took too long. Log in again."))
            return redirect_to("login", next=self.get_redirect_url())
        return super().dispatch(request, *args, **kwargs)

    @property
    def recovery(self) -> bool:
        """Whether a recovery code is asked for."""
        return "recovery" in self.request.GET

    def get_form_class(self) -> type[CodeForm]:
        return RecoveryCodeForm if self.recovery else CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request, "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        next_url = self.get_redirect_url()
        other = {"next": next_url} if next_url else {}
        other |= {} if self.recovery else {"recovery": "1"}
        context = {"recovery": self.recovery, "next": next_url, "other": urlencode(other)}
        return super().get_context_data(**kwargs, **context)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        if form.device is None:  # locked: AxesMiddleware answers
            return self.form_invalid(form)
        session.complete(self.request, form.user, form.device)
        return redirect(self.get_success_url())

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=form.status)


def admin_login(request: HttpRequest) -> HttpResponseRedirect:
    """The admin uses the site's login page: its own would ask only for the password."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to("login", next=request.GET.get("next") or reverse("admin:index"))
