"""Django finds an app's admin here: each module registers its own."""

from . import comparing, history, lesions, measuring, records  # noqa: F401
