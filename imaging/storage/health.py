"""Can a container be reached? For probes: reads only, and no more than one question."""

import os
from pathlib import Path

from django.core.files.storage import storages

from .local import LocalContainer


def check(container: str) -> None:
    """Raises whatever the storage does when it cannot be reached."""
    storage = storages[container]
    if not isinstance(storage, LocalContainer):
        storage.client.get_container_properties()
        return
    folder = Path(storage.location)
    while not folder.exists():  # made with the first image
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(container)
