"""Every form of the admin in which something is changed, open twice. Lost would be what the other
has saved: an account that was closed would be open again."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from core.admin import VersionedAdmin
from gallery.models import StorageQuota, UserImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(client, staff):
    """`opened(row)`: its change page as it stands now; returns `save(**fields)`."""
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)

    def open_page(row):
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        context = client.get(url).context
        form = context["adminform"].form
        data = {bound.html_name: bound.value() for bound in form}
        data = {name: value for name, value in data.items() if value not in (None, False, "")}
        for inline in context["inline_admin_formsets"]:
            data |= {
                f"{inline.formset.prefix}-{name}": inline.formset.management_form[name].value()
                for name in ("TOTAL_FORMS", "INITIAL_FORMS")
            }
        return lambda **fields: client.post(url, data | {"version": form.version} | fields)

    return open_page


@pytest.mark.parametrize("what", ["account", "gallery image", "quota"])
def test_what_the_other_saved_stays(opened, patient, user_image, what):
    row, theirs, mine = {
        "account": (patient, {"full_name": "Marie Petit"}, {"language": "en"}),
        "gallery image": (user_image, {"title": "Theirs"}, {"is_favorite": "on"}),
        "quota": (StorageQuota.objects.get(), {"storage_limit": 7}, {"image_limit": 9}),
    }[what]
    first, second = opened(row), opened(row)
    assert first(**theirs).status_code == 302
    assert second(**mine).status_code == 302
    row.refresh_from_db()
    for name, value in (theirs | mine).items():
        assert getattr(row, name) == (True if value == "on" else value), name


def test_a_closed_account_stays_closed(opened, patient):
    closing, naming = opened(patient), opened(patient)
    closing(is_active="")
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert naming(language="en").status_code == 302
    patient.refresh_from_db()
    assert (patient.is_active, patient.language) == (False, "en")


def test_of_one_field_both_are_shown(opened, user_image):
    mine, theirs = opened(user_image), opened(user_image)
    theirs(title="Theirs")
    assert 'name="keep-title"' in mine(title="Mine").content.decode()
    assert UserImage.objects.get().title == "Theirs"


def test_rights_are_merged(opened, patient, staff):
    """Of two superusers, one gives an account a group and the other a language."""
    group = Group.objects.create(name="Reception")
    grouping, naming = opened(patient), opened(patient)
    assert grouping(groups=[group.pk]).status_code == 302
    assert naming(language="en").status_code == 302
    patient.refresh_from_db()
    assert list(patient.groups.all()) == [group]
    assert patient.language == "en"


def test_no_form_of_ours_is_left_out():
    """The next one would be the one that erases."""
    ours = {"accounts", "consultations", "gallery", "audit"}
    left = [
        model.__name__
        for model, one in admin.site._registry.items()
        if model._meta.app_label in ours and not isinstance(one, VersionedAdmin)
    ]
    # Nothing can be changed there.
    assert sorted(left) == ["Event", "Revision", "Share", "Tag"]
