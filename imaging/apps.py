from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class ImagingConfig(AppConfig):
    name = "imaging"
    verbose_name = _("Imaging")

    def ready(self) -> None:
        from core import probes

        from . import checks  # noqa: F401  (registers itself)
        from .models import StoredImage, delete_blobs_after_commit
        from .storage import checks_azure  # noqa: F401

        for container in settings.CONTAINERS:
            probes.register(container, _reachability(container), in_thread=True)

        # Uploads are written here from their first byte. If this fails, Django's check reports it.
        with suppress(OSError):
            Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        # However a row is deleted (page, API, bulk action of the admin, cascade), so are its blobs.
        for model in apps.get_models():
            if issubclass(model, StoredImage):
                post_delete.connect(delete_blobs_after_commit, sender=model)


def _reachability(container: str) -> Callable[[], None]:
    from .storage import health

    return lambda: health.check(container)
