"""Names in the admin, in the reader's language: who does not know the libraries knows no "AXES"."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.core.management import call_command
from django.utils.translation import override

from consultations.models import ConsultationImage
from core.apps import foreign_names
from core.templatetags.dates import moment, short_day


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
            same_in_both = {"annotations", "consultations", "dermatoscopes", "patients"}
            assert names["fr"] != names["en"] or names["fr"] in same_in_both, names


SAME_IN_BOTH = {
    "action",
    "annotation",
    "code",
    "consultation",
    "date",
    "dermatoscope",
    "image",
    "images",
    "patient",
    "pixels",
    "type",
    "user agent",
    "version",
}


def columns(language):
    """{(model, column): its heading} of every list of the admin."""
    with override(language):
        return {
            (model._meta.label, str(column)): str(label_for_field(column, model, page)).lower()
            for model, page in admin.site._registry.items()
            for column in page.list_display
        }


def test_every_column_has_a_french_heading():
    english = columns("en")
    same = {heading for place, heading in columns("fr").items() if heading == english[place]}
    assert same <= SAME_IN_BOTH


def test_a_row_of_images_says_what_and_when(image, user_image):
    """A row called "consultation image 26" says nothing to who looks for a picture."""
    image.body_site = "113179006"  # nose
    with override("fr"):
        assert str(image) == f"Macro, nez · {short_day(image.consultation_date)}"
        assert str(user_image) == f"Image de galerie · {moment(user_image.created_at)}"


def test_the_verdict_has_its_figures_behind_it(image):
    image.sharpness, image.exposure = 0.31, -0.25
    shown = admin.site._registry[ConsultationImage].verdict
    with override("fr"):
        assert shown(image) == "Floue, Sous-exposée (netteté 0,31, écrêtage 25,0 %)"
    image.sharpness = None
    assert shown(image) is None


def test_the_names_make_no_migrations(db):
    """Django would write them into the libraries' folders."""
    assert all(names for _app, _label, names in foreign_names())
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
