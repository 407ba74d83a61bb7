"""The storages that a test can run on: files, and Azure Blob, emulated by Azurite.

@pytest.mark.usefixtures("backend")      # runs the test on each
"""

import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db.models import FileField

from imaging.lifecycle import image_models
from tools.servers.azurite import Azurite, Missing


@contextmanager
def emulator(folder, *options):
    """Yields the connection string of an empty account; its server is stopped at the end."""
    try:
        server = Azurite(folder, *options)
    except Missing as missing:
        pytest.fail(str(missing))
    with server:
        yield server.connection_string


@pytest.fixture(scope="session")
def azurite(tmp_path_factory):
    """The connection string of an account for this test process."""
    with emulator(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string


def store_in(settings, monkeypatch, container_class):
    """Use `container_class` for all storages, also in model fields, which hold storage objects."""
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": container_class, "OPTIONS": {"container": name}}
        for name in settings.CONTAINERS
    }
    for model in image_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                monkeypatch.setattr(field, "storage", storages[field.storage.container])


class Files:
    kind = "files"

    def __init__(self, settings):
        self.folder = Path(settings.DERMAAI_DATA) / "media"

    @contextmanager
    def broken(self, container):
        """While in this context, nothing can be stored in `container`."""
        folder, moved_away = self.folder / container, self.folder / f"{container}.away"
        folder.mkdir(parents=True, exist_ok=True)
        folder.rename(moved_away)
        folder.touch()
        try:
            yield
        finally:
            folder.unlink()
            moved_away.rename(folder)


class Azure:
    kind = "azure"

    def __init__(self, settings):
        self.names = settings.CONTAINERS

    def make(self):
        for name in self.names:
            storages[name].client.create_container()

    def remove(self):
        for name in self.names:
            if storages[name].client.exists():
                storages[name].client.delete_container()

    @contextmanager
    def broken(self, container):
        storages[container].client.delete_container()
        try:
            yield
        finally:
            storages[container].client.create_container()


@pytest.fixture
def azure(azurite, settings, monkeypatch):
    """Azure Blob for one test, with its own three containers."""
    settings.AZURE = True
    settings.AZURE_STORAGE_CONNECTION_STRING = azurite
    settings.AZURE_CONTAINER_PREFIX = f"t{uuid.uuid4().hex[:12]}-"
    store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")
    containers = Azure(settings)
    containers.make()
    yield containers
    containers.remove()


@pytest.fixture
def files(settings):
    return Files(settings)


@pytest.fixture(params=["files", "azure"])
def backend(request):
    return request.getfixturevalue(request.param)
