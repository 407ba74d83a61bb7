"""Names in the admin, in the reader's language: who does not know the libraries knows no "AXES"."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils.translation import override

from core.apps import foreign_names


@pytest.mark.parametrize(
    ("label", "french"), [("axes", "Connexions"), ("django_tasks_database", "Tâches de fond")]
)
def test_an_app_has_a_french_name(label, french):
    with override("fr"):
        assert str(apps.get_app_config(label).verbose_name) == french


def test_every_model_in_the_admin_has_a_french_name(client, staff, settings):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    answer = client.get("/admin/", headers={"accept-language": "fr"})
    for app in answer.context["app_list"]:
        for model in app["models"]:
            names = {}
            for language in ("fr", "en"):
                with override(language):
                    names[language] = str(model["model"]._meta.verbose_name_plural)
            same_in_both = {"consultations", "patients"}
            assert names["fr"] != names["en"] or names["fr"] in same_in_both, names


def test_the_names_make_no_migrations(db):
    """Django would write them into the libraries' folders."""
    assert all(names for _app, _label, names in foreign_names())
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
