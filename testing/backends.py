"""The storages that a test can run on: files, and Azure Blob, which a real server speaks here.

@pytest.mark.usefixtures("backend")      # once on each
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
def emulator(folder, *more):
    """The connection string of an empty account. Its server is stopped at the end, by its id."""
    try:
        server = Azurite(folder, *more)
    except Missing as missing:
        pytest.fail(str(missing))
    with server:
        yield server.connection_string


@pytest.fixture(scope="session")
def azurite(tmp_path_factory):
    """The connection string of an account of this process's own."""
    with emulator(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string


def store_in(settings, monkeypatch, container_class):
    """Store there what the tests store: models hold their storages since they were loaded."""
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
        """While this lasts, nothing can be stored in one container."""
        folder, away = self.folder / container, self.folder / f"{container}.away"
        folder.mkdir(parents=True, exist_ok=True)
        folder.rename(away)
        folder.touch()
        try:
            yield
        finally:
            folder.unlink()
            away.rename(folder)


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
    """Azure Blob for one test: three containers of its own."""
    settings.AZURE = True
    settings.AZURE_STORAGE_CONNECTION_STRING = azurite
    settings.AZURE_CONTAINER_PREFIX = f"t{uuid.uuid4().hex[:12]}-"
    store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")
    made = Azure(settings)
    made.make()
    yield made
    made.remove()


@pytest.fixture
def files(settings):
    return Files(settings)


@pytest.fixture(params=["files", "azure"])
def backend(request):
    return request.getfixturevalue(request.param)
