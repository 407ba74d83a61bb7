"""Forgotten passwords: who asks learns nothing of who has an account, and floods nobody's mail."""

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetView
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from audit.chain import pseudonym
from core.network import client_network
from core.throttling import Rate

from .models import User

EMAIL_TEMPLATES = {
    "email_template_name": "accounts/password_reset_email.txt",
    "subject_template_name": "accounts/password_reset_subject.txt",
}


class AddressRate(Rate):
    """From one address, for whomever."""

    rate = "20/hour"

    def get_cache_key(self, request, view):
        return f"reset/{client_network(request)}"


class AccountRate(Rate):
    """For one e-mail, from wherever; whether or not it is somebody's."""

    rate = "5/hour"

    def get_cache_key(self, request, view):
        return f"reset/{pseudonym(request.POST.get('email', '').strip().lower())}"


class ResetForm(PasswordResetForm):
    """A worker sends the letter: a mail server's answer takes longer than none, and would tell
    which address has an account."""

    def save(self, *, domain_override=None, use_https=False, request=None, **options):
        users = [user.pk for user in self.get_users(self.cleaned_data["email"])]
        send.enqueue(users, domain_override or request.get_host(), use_https, get_language())


@task()
def send(users, domain, secure, language):
    """Send these users (keys, mostly one or none) a link to choose a new password."""
    for user in User.objects.filter(pk__in=users, is_active=True):
        form = PasswordResetForm({"email": user.email})
        if form.is_valid():
            with translation.override(user.language or language):
                form.save(domain_override=domain, use_https=secure, **EMAIL_TEMPLATES)


class PasswordReset(PasswordResetView):
    template_name = "accounts/password_reset.html"
    form_class = ResetForm

    def form_valid(self, form):
        for rate in (AddressRate(), AccountRate()):
            if not rate.allow_request(self.request, self):
                form.add_error(None, _("That was asked for often. Try again later."))
                answer = self.render_to_response(self.get_context_data(form=form), status=429)
                answer["Retry-After"] = int(rate.wait() or 1)
                return answer
        return super().form_valid(form)
