"""Between the question and the answer. Lost would be what somebody chose to keep."""

import pytest
from django.urls import reverse

from consultations.models import Consultation, ConsultationImage, Patient
from consultations.tests.test_stale_forms import edit, posted, shown, visit  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("visit")
def test_a_choice_stands_where_the_form_is_refused_for_something_else(client, doctor, visit, edit):  # noqa: F811
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    asked = client.post(edit, a | {"notes": "Mine."}).context
    answer = posted(asked) | {"asked": ["notes"], "keep-notes": "stored", "date": "0026-11-14"}
    refused = client.post(edit, answer)
    assert refused.status_code == 200
    assert posted(refused.context)["notes"] == "Theirs."
    assert client.post(edit, posted(refused.context) | {"date": a["date"]}).status_code == 302
    assert Consultation.objects.get(pk=visit.pk).notes == "Theirs."


def test_a_choice_stands_where_a_namesake_is_asked_about(client, doctor, record):
    Patient.objects.create(full_name="Ada Petit", created_by=doctor)
    client.force_login(doctor)
    url = reverse("patient_edit", args=[record.pk])
    a = shown(client, url)
    client.post(url, shown(client, url) | {"phone": "111"})
    changed = a | {"phone": "222", "full_name": "Ada Petit", "birth_date": ""}
    asked = client.post(url, changed).context
    answer = posted(asked) | {"asked": ["phone"], "keep-phone": "stored"}
    same = client.post(url, answer).context
    assert same["same"]
    assert client.post(url, posted(same) | {"anyway": "1"}).status_code == 302
    record.refresh_from_db()
    assert (record.full_name, record.phone) == ("Ada Petit", "111")


def test_what_could_not_be_read_is_compared_once_it_can(client, doctor, record):
    """While the phone was asked about, the e-mail was no e-mail: nobody has seen the other's."""
    client.force_login(doctor)
    url = reverse("patient_edit", args=[record.pk])
    a = shown(client, url)
    client.post(url, shown(client, url) | {"phone": "111", "email": "marie@new.example"})
    asked = client.post(url, a | {"phone": "222", "email": "marie@b"}).context
    answer = posted(asked) | {"asked": ["phone"], "keep-phone": "mine"}
    again = client.post(url, answer | {"email": "marie@mine.example"})
    assert again.status_code == 409
    assert "marie@new.example" in again.content.decode()
    record.refresh_from_db()
    assert (record.phone, record.email) == ("111", "marie@new.example")


@pytest.mark.parametrize(
    ("before", "theirs", "mine", "fields"),
    [
        (
            {"body_site": "36141000", "laterality": "left"},
            {"body_site": "70559009"},
            {"laterality": "right"},
            {"body_site", "laterality"},
        ),
        (
            {"image_type": "dermoscopy"},
            {"dermoscopic_type": "contact_polarized"},
            {"image_type": "macro"},
            {"image_type", "dermoscopic_type"},
        ),
    ],
)
def test_what_means_something_together_is_not_mixed(
    client, doctor, image, before, theirs, mine, fields
):
    """One moved it to the thigh, one to the right: nobody has said "thigh, right"."""
    rows = ConsultationImage.objects.filter(pk=image.pk)
    rows.update(**before)
    client.force_login(doctor)
    url = reverse("image_detail", args=[image.pk])
    a = shown(client, url)
    assert client.post(url, shown(client, url) | theirs).status_code == 302
    stored = rows.values(*fields).get()
    asked = client.post(url, a | mine)
    assert asked.status_code == 409
    form = asked.context["metadata_form"]
    assert {conflict.field.name for conflict in form.conflicts} == fields
    assert rows.values(*fields).get() == stored
    keep = {f"keep-{name}": "stored" for name in fields} | {"asked": sorted(fields)}
    assert client.post(url, posted(asked.context) | keep).status_code == 302
    assert rows.values(*fields).get() == stored


def test_a_page_that_asks_says_what_it_was_about_before(client, doctor, edit):  # noqa: F811
    """A draft found again later, without the question, must be asked about again."""
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    told = client.post(edit, a | {"notes": "Mine."}).content.decode()
    assert f'data-before="{a["version"]}"' in told
