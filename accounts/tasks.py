from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task


@task()
def send_second_factor_notice(user_id: int, what: str, **facts: int) -> None:
    """Notify a user by e-mail of a change to their second factor, in case it was not their own:
    `what` is on, off, removed, codes or code_used (with `left`, the codes that remain)."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = _("DermaAI: two-factor authentication")
        body = render_to_string(
            "accounts/second_factor_email.txt", {"user": user, "what": what, **facts}
        )
    send_mail(subject, body, None, [user.email])


tell = send_second_factor_notice  # the name in tasks that were queued before an upgrade
