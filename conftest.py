"""How the suite is run; who is in it: testing/cast.py."""

import shutil

import pytest
from django.conf import settings

pytest_plugins = ["testing.cast", "testing.backends", "testing.processes"]


# Here and not in testing/cast.py: of two plugins, pytest-playwright's `page` would win.
@pytest.fixture
def page(client):
    """`page(user)`: a browser session without a browser."""

    def session(user=None):
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return session


def pytest_addoption(parser):
    parser.addoption(
        "--only-database", action="store_true", help="only what reads or writes the database"
    )


def pytest_collection_modifyitems(config, items):
    """script/test runs the suite on a second database: without what never asks one."""
    if config.getoption("--only-database"):
        asks = {"db", "transactional_db", "live_server"}
        chosen = [
            item
            for item in items
            if asks & set(item.fixturenames) or item.get_closest_marker("django_db")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen


def pytest_unconfigure():
    shutil.rmtree(settings.DERMAAI_DATA, ignore_errors=True)  # settings_test made it
