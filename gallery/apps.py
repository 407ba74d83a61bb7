from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _

from consultations import actions


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        from audit.subjects import erased
        from imaging.lifecycle import REPAIRS

        from . import checks, lifecycle  # noqa: F401  (the first registers itself)
        from .models import UserImage

        REPAIRS.append(lifecycle.repair)

        post_delete.connect(erased, sender=UserImage)

        actions.register(
            actions.Action(_("Remove the background"), "scissors", "gallery_from_consultation")
        )
