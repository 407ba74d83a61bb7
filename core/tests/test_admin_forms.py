"""Every editable admin form, opened twice at once: the second save must not undo the first, such as
the deactivation of an account."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from core.admin import VersionedAdmin
from gallery.models import StorageQuota, UserImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_form(client, staff):
    """`open_form(row)`: fetch its change page as it is now; returns `save(**fields)`."""
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)

    def open_form(row):
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        context = client.get(url).context
        form = context["adminform"].form
        fields_shown = {bound_field.html_name: bound_field.value() for bound_field in form}
        fields_shown = {
            name: value for name, value in fields_shown.items() if value not in (None, False, "")
        }
        for inline in context["inline_admin_formsets"]:
            fields_shown |= {
                f"{inline.formset.prefix}-{name}": inline.formset.management_form[name].value()
                for name in ("TOTAL_FORMS", "INITIAL_FORMS")
            }
        return lambda **fields: client.post(url, fields_shown | {"version": form.version} | fields)

    return open_form


@pytest.mark.parametrize("kind", ["account", "gallery image", "quota"])
def test_admin_form_keeps_fields_another_user_saved(open_form, patient, user_image, kind):
    row, other_change, own_change = {
        "account": (patient, {"full_name": "Marie Petit"}, {"language": "en"}),
        "gallery image": (user_image, {"title": "Theirs"}, {"is_favorite": "on"}),
        "quota": (StorageQuota.objects.get(), {"storage_limit": 7}, {"image_limit": 9}),
    }[kind]
    first, second = open_form(row), open_form(row)
    assert first(**other_change).status_code == 302
    assert second(**own_change).status_code == 302
    row.refresh_from_db()
    for name, value in (other_change | own_change).items():
        assert getattr(row, name) == (True if value == "on" else value), name


def test_stale_admin_form_does_not_reactivate_an_account(open_form, patient):
    first_form, second_form = open_form(patient), open_form(patient)
    first_form(is_active="")
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert second_form(language="en").status_code == 302
    patient.refresh_from_db()
    assert (patient.is_active, patient.language) == (False, "en")


def test_admin_form_shows_both_values_of_a_conflict(open_form, user_image):
    save_own, save_other = open_form(user_image), open_form(user_image)
    save_other(title="Theirs")
    assert 'name="keep-title"' in save_own(title="Mine").content.decode()
    assert UserImage.objects.get().title == "Theirs"


def test_concurrent_changes_of_an_account_are_merged(open_form, patient, staff):
    """One superuser adds a group to an account while another sets its language."""
    group = Group.objects.create(name="Reception")
    first_form, second_form = open_form(patient), open_form(patient)
    assert first_form(groups=[group.pk]).status_code == 302
    assert second_form(language="en").status_code == 302
    patient.refresh_from_db()
    assert list(patient.groups.all()) == [group]
    assert patient.language == "en"


def test_every_editable_admin_form_is_versioned():
    """A form without versions would silently overwrite changes."""
    our_apps = {"accounts", "consultations", "gallery", "audit"}
    without_versions = [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in our_apps
        and admin.site.is_registered(model)
        and not isinstance(admin.site.get_model_admin(model), VersionedAdmin)
    ]
    # These are read-only.
    unedited = ["Event", "Measurement", "Revision", "Scale"]
    assert sorted(without_versions) == [*unedited, "Share", "Tag"]
