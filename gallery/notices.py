"""E-mails to the owner of a gallery."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from core.context import use_request_id

from .models import StorageQuota


@task()
def warn_owner(user_id: int, level: int, request_id: str = "") -> None:
    """Tell a user that `level` per cent of their storage is used."""
    with use_request_id(request_id):
        _send_warning(user_id, level)


def _send_warning(user_id: int, level: int) -> None:
    quota = StorageQuota.objects.select_related("user").filter(pk=user_id).first()
    if quota is None or not quota.user.is_active:
        return
    with translation.override(quota.user.language or settings.LANGUAGE_CODE):
        subject = _("Your gallery is %(level)s%% full") % {"level": level}
        body = render_to_string("gallery/quota_email.txt", {"quota": quota, "level": level})
    send_mail(subject, body, None, [quota.user.email])
