"""Whether a container can be reached. For probes: read-only, at most one request."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.core.files.storage import storages

from .local import LocalContainer

if TYPE_CHECKING:
    from .azure import AzureContainer


def check(container: str) -> None:
    """Raises whatever the back end raises when it cannot be reached, PermissionError for a folder
    that cannot be written to."""
    storage = storages[container]
    if not isinstance(storage, LocalContainer):
        cast("AzureContainer", storage).client.get_container_properties()
        return
    folder = Path(storage.location)
    while not folder.exists():  # it is created with the first image
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(container)
