from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def foreign_names() -> list[tuple[str, str, dict[str, Any]]]:
    """(app, label, {"": its name, model: (one, many)}) of packages that have no French."""
    return [
        ("axes", "axes", {"": _("Logins")}),
        (
            "django_tasks_db",
            "django_tasks_database",
            {"": _("Background tasks"), "dbtaskresult": (_("task"), _("tasks"))},
        ),
    ]


class CoreConfig(AppConfig):
    """The lowest layer: no models, and no knowledge of the domain. Every other app may import
    it."""

    name = "core"

    def ready(self) -> None:
        # In the admin, whose readers do not know the libraries by name. Not in the models' own
        # options, from which Django would make migrations.
        from django.apps import apps

        for app, label, names in foreign_names():
            if apps.is_installed(app):
                apps.get_app_config(label).verbose_name = names.pop("")
                for model, (one, many) in names.items():
                    options = apps.get_model(label, model)._meta
                    options.verbose_name, options.verbose_name_plural = one, many
