from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The ground floor: no models, and nothing of a practice. Every other app may import it."""

    name = "core"
