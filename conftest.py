"""How the suite is run; who is in it: testing/cast.py."""

import shutil

from django.conf import settings

pytest_plugins = [
    "testing.cast",
    "testing.backends",
    "testing.cuts",
    "testing.databases",
    "testing.processes",
]


def pytest_configure():
    from testing import emptying

    emptying.instead_of_flush()


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
