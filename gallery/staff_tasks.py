"""What of the gallery needs somebody of the staff."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.staff_tasks import StaffTask

from .models import StorageQuota, UserImage

FULL = max(StorageQuota.WARNING_LEVELS)  # per cent


def tasks(user: Any) -> Iterator[StaffTask]:
    if user.has_perm("gallery.view_userimage"):
        yield from _images()
    if user.has_perm("gallery.view_storagequota"):
        count = StorageQuota.objects.at_level(FULL).count()
        if count:
            text = ngettext(
                "%(count)d gallery is almost full.", "%(count)d galleries are almost full.", count
            )
            page = reverse("admin:gallery_storagequota_changelist")
            yield StaffTask(text % {"count": count}, f"{page}?use=full")


def _images() -> Iterator[StaffTask]:
    page = reverse("admin:gallery_userimage_changelist")
    failed = UserImage.objects.filter(status="failed", deleted_at=None).count()
    if failed:
        text = ngettext(
            "The background of %(count)d image could not be removed.",
            "The background of %(count)d images could not be removed.",
            failed,
        )
        yield StaffTask(text % {"count": failed}, f"{page}?status__exact=failed")
    due = UserImage.objects.due().order_by("due_at").annotate(now=Now())
    oldest = due.values_list("due_at", "now").first()
    waited = (oldest[1] - oldest[0]).total_seconds() if oldest and oldest[0] else 0
    if settings.READY_QUEUE_AGE and waited > settings.READY_QUEUE_AGE:
        text = _("An image has been waiting for %(minutes)d minutes: is a worker running?")
        yield StaffTask(
            text % {"minutes": waited // 60}, f"{page}?status__exact=queued", urgent=True
        )
