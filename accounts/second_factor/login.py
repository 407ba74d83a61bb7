"""Logging in: the password, then the code of whoever has a second factor."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.core.exceptions import PermissionDenied
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


def redirect_to(route, **asked):
    """Where `route` is, with what of `asked` is not empty."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{reverse(route)}?{query}" if query else reverse(route))


class Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm

    def form_valid(self, form):
        user = form.get_user()
        if user.second_factor_since:
            session.begin(self.request, user)
            return redirect_to("login_code", next=self.get_redirect_url())
        session.complete(self.request, user)
        return redirect(self.get_success_url())


@method_decorator([sensitive_post_parameters(), csrf_protect, never_cache], name="dispatch")
class Code(RedirectURLMixin, FormView):
    """The second step; `?recovery=1` asks for a recovery code."""

    template_name = "accounts/login_code.html"
    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request, *args, **kwargs):
        self.user = session.pending_user(request)
        if self.user is None:
            if session.PENDING in request.session:
                del request.session[session.PENDING]
                messages.error(request, _("That took too long. Log in again."))
            return redirect_to("login", next=self.get_redirect_url())
        return super().dispatch(request, *args, **kwargs)

    @property
    def recovery(self):
        return "recovery" in self.request.GET

    def get_form_class(self):
        return RecoveryCodeForm if self.recovery else CodeForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request, "user": self.user}

    def get_context_data(self, **kwargs):
        asked = self.get_redirect_url()
        other = {"next": asked} if asked else {}
        other |= {} if self.recovery else {"recovery": "1"}
        told = {"recovery": self.recovery, "next": asked, "other": urlencode(other)}
        return super().get_context_data(**kwargs, **told)

    def form_valid(self, form):
        if form.device is None:  # locked: AxesMiddleware answers
            return self.form_invalid(form)
        session.complete(self.request, self.user, form.device)
        return redirect(self.get_success_url())

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=form.status)


def admin_login(request):
    """The admin's door is everybody's: its own would ask for the password alone."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to("login", next=request.GET.get("next") or reverse("admin:index"))
