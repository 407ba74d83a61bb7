"""Forgotten passwords: a request reveals no account, and cannot flood a mailbox."""

from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetView
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from audit.chain import pseudonym
from core.network import client_network
from core.throttling import Rate

from .models import User

EMAIL_TEMPLATES: dict[str, Any] = {
    "email_template_name": "accounts/password_reset_email.txt",
    "subject_template_name": "accounts/password_reset_subject.txt",
}


class AddressRate(Rate):
    """From one network, for any account."""

    rate = "20/hour"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return f"reset/{client_network(request)}"


class AccountRate(Rate):
    """For one e-mail address, from anywhere, whether or not it has an account."""

    rate = "5/hour"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return f"reset/{pseudonym(request.POST.get('email', '').strip().lower())}"


class ResetForm(PasswordResetForm):
    """A worker sends the e-mail: waiting for the mail server would reveal, by the time it takes,
    which address has an account."""

    def save(  # type: ignore[override]
        self,
        *,
        domain_override: str | None = None,
        use_https: bool = False,
        request: HttpRequest | None = None,
        **options: Any,
    ) -> None:
        users = [user.pk for user in self.get_users(self.cleaned_data["email"])]
        domain = domain_override or request.get_host()  # type: ignore[union-attr]  # one is given
        send_reset_links.enqueue(users, domain, use_https, get_language())


@task()
def send_reset_links(users: list[int], domain: str, secure: bool, language: str | None) -> None:
    """Send these users (primary keys, mostly one or none) a link to choose a new password."""
    for user in User.objects.filter(pk__in=users, is_active=True):
        form = PasswordResetForm({"email": user.email})
        if form.is_valid():
            with translation.override(user.language or language):
                form.save(domain_override=domain, use_https=secure, **EMAIL_TEMPLATES)


send = send_reset_links  # the name in tasks that were queued before an upgrade


class PasswordReset(PasswordResetView):
    template_name = "accounts/password_reset.html"
    form_class = ResetForm

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        for rate in (AddressRate(), AccountRate()):
            if not rate.allow_request(self.request, self):
                form.add_error(None, _("Too many requests. Try again later."))
                response = self.render_to_response(self.get_context_data(form=form), status=429)
                response["Retry-After"] = str(int(rate.wait() or 1))
                return response
        return super().form_valid(form)
