from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The lowest layer: no models, and no knowledge of the domain. Every other app may import
    it."""

    name = "core"
