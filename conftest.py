"""Plugins, options and the order of the suite. The people and records it uses: testing/cast.py."""

import random
import shutil

import pytest
from django.conf import settings

pytest_plugins = [
    "testing.processing_cache",
    "testing.cast",
    "testing.backends",
    "testing.databases",
    "testing.processes",
]


def pytest_configure():
    from testing import emptying

    emptying.replace_flush()


# Here and not in testing/cast.py: among plugins, pytest-playwright's `page` would win.
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
        "--only-database",
        action="store_true",
        help="run only the tests that could differ between kinds of database",
    )
    parser.addoption(
        "--shuffle", metavar="SEED", help="run files, and the tests in a file, in random order"
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--only-database"):
        chosen = [item for item in items if _depends_on_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen
    if seed := config.getoption("--shuffle"):
        items[:] = _shuffled(items, seed)
    # Workers get whole files (xdist's groups do not work with pytest 9.2, pytest-xdist #1386): a
    # long file that starts last would delay the end of the run.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _depends_on_database(item):
    """script/test runs the suite on a second database, without the tests that never query it and
    those that behave the same on both (its comment says why)."""
    database_fixtures = {"db", "transactional_db", "live_server"}
    if item.get_closest_marker("alike"):
        return False
    return bool(database_fixtures & set(item.fixturenames) or item.get_closest_marker("django_db"))


def _shuffled(items, seed):
    rng, files = random.Random(seed), {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    files_in_order = list(files.values())
    rng.shuffle(files_in_order)
    for tests in files_in_order:
        rng.shuffle(tests)
    return [item for tests in files_in_order for item in tests]


def pytest_unconfigure():
    shutil.rmtree(settings.DERMAAI_DATA, ignore_errors=True)  # created by settings_test
