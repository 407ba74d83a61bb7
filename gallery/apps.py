from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from consultations import actions


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        from . import checks  # noqa: F401  (registers itself)

        actions.register(
            actions.Action(_("Remove the background"), "scissors", "gallery_from_consultation")
        )
