from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _

from consultations import actions


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self) -> None:
        from audit.models import Kind
        from audit.subjects import describe, record_erasure
        from core import metrics, navigation
        from core.staff_tasks import register as register_staff_tasks
        from imaging.lifecycle import REPAIRS
        from jobs import registry

        from . import (
            access_history,
            checks,  # noqa: F401  (registers itself)
            staff_tasks,
        )
        from .metrics import Queue
        from .models import UserImage
        from .navigation import ENTRIES
        from .services import repair, trash
        from .services.processing import queue

        REPAIRS.append(repair.repair)
        queue.register()
        navigation.register(*ENTRIES)
        register_staff_tasks(staff_tasks.tasks)
        metrics.collectors.append(Queue())
        registry.sweeps.append(trash.purge)

        describe(Kind.GALLERY_IMAGE, access_history.images_named)
        post_delete.connect(record_erasure, sender=UserImage)

        actions.register(
            actions.Action(
                _("Remove the background"),
                "scissors",
                "gallery_from_consultation",
                "api-image-remove-background",
                short=_("Cut out"),
            )
        )
