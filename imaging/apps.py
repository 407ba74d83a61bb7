from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class ImagingConfig(AppConfig):
    name = "imaging"
    verbose_name = _("Imaging")

    def ready(self):
        from core import probes

        from . import checks  # noqa: F401  (registers itself)
        from .models import StoredImage, delete_blobs_after_commit
        from .storage import checks_azure  # noqa: F401

        for container in settings.CONTAINERS:
            probes.register(container, _reachable(container), in_thread=True)

        # Uploads lie there from their first byte. Where it cannot be made, Django's check says so.
        with suppress(OSError):
            Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        # However a row goes (page, API, admin's bulk action, cascade), its blobs follow it.
        for model in apps.get_models():
            if issubclass(model, StoredImage):
                post_delete.connect(delete_blobs_after_commit, sender=model)


def _reachable(container):
    from .storage import health

    return lambda: health.check(container)
