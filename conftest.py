"""How the suite is run; who is in it: testing/cast.py."""

import random
import shutil

import pytest
from django.conf import settings

pytest_plugins = [
    "testing.once",
    "testing.cast",
    "testing.backends",
    "testing.databases",
    "testing.processes",
]


def pytest_configure():
    from testing import emptying

    emptying.instead_of_flush()


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
        "--only-database",
        action="store_true",
        help="only what two kinds of database could answer differently",
    )
    parser.addoption(
        "--shuffle", metavar="SEED", help="files, and tests in a file, in an order of SEED's"
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--only-database"):
        chosen = [item for item in items if _asks_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen
    if seed := config.getoption("--shuffle"):
        items[:] = _shuffled(items, seed)
    # A worker gets whole files (xdist's groups are none with pytest 9.2, pytest-xdist #1386): begun
    # last, a long one would be waited for.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _asks_a_database(item):
    """script/test runs the suite on a second one: without what never asks it, and without what is
    the same on both (its comment says why)."""
    asks = {"db", "transactional_db", "live_server"}
    if item.get_closest_marker("alike"):
        return False
    return bool(asks & set(item.fixturenames) or item.get_closest_marker("django_db"))


def _shuffled(items, seed):
    order, files = random.Random(seed), {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    mixed = list(files.values())
    order.shuffle(mixed)
    for tests in mixed:
        order.shuffle(tests)
    return [item for tests in mixed for item in tests]


def pytest_unconfigure():
    shutil.rmtree(settings.DERMAAI_DATA, ignore_errors=True)  # settings_test made it
