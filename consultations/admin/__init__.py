"""Django finds an app's admin here: each module registers its own."""

from . import history, lesions, measuring, records  # noqa: F401
