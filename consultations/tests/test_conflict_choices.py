"""Between the conflict question and its answer: what the user chose to keep must not be lost."""

import pytest
from django.urls import reverse

from consultations.models import Consultation, ConsultationImage, Patient
from consultations.tests.test_stale_forms import data_of, edit_url, form_data, visit  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("visit")
def test_conflict_choice_survives_a_validation_error(client, doctor, visit, edit_url):  # noqa: F811
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    question = client.post(edit_url, stale_form | {"notes": "Mine."}).context
    answer = data_of(question) | {"asked": ["notes"], "keep-notes": "stored", "date": "0026-11-14"}
    refused = client.post(edit_url, answer)
    assert refused.status_code == 200
    assert data_of(refused.context)["notes"] == "Theirs."
    assert (
        client.post(edit_url, data_of(refused.context) | {"date": stale_form["date"]}).status_code
        == 302
    )
    assert Consultation.objects.get(pk=visit.pk).notes == "Theirs."


def test_conflict_choice_survives_the_namesake_question(client, doctor, record):
    Patient.objects.create(full_name="Ada Petit", created_by=doctor)
    client.force_login(doctor)
    url = reverse("patient_edit", args=[record.pk])
    stale_form = form_data(client, url)
    client.post(url, form_data(client, url) | {"phone": "111"})
    changed = stale_form | {"phone": "222", "full_name": "Ada Petit", "birth_date": ""}
    question = client.post(url, changed).context
    answer = data_of(question) | {"asked": ["phone"], "keep-phone": "stored"}
    question = client.post(url, answer).context
    assert question["same"]
    assert client.post(url, data_of(question) | {"anyway": "1"}).status_code == 302
    record.refresh_from_db()
    assert (record.full_name, record.phone) == ("Ada Petit", "111")


def test_invalid_field_is_checked_for_conflicts_once_valid(client, doctor, record):
    """While the phone conflict was shown, the e-mail was invalid and its conflict not shown yet."""
    client.force_login(doctor)
    url = reverse("patient_edit", args=[record.pk])
    stale_form = form_data(client, url)
    client.post(url, form_data(client, url) | {"phone": "111", "email": "marie@new.example"})
    question = client.post(url, stale_form | {"phone": "222", "email": "marie@b"}).context
    answer = data_of(question) | {"asked": ["phone"], "keep-phone": "mine"}
    response = client.post(url, answer | {"email": "marie@mine.example"})
    assert response.status_code == 409
    assert "marie@new.example" in response.content.decode()
    record.refresh_from_db()
    assert (record.phone, record.email) == ("111", "marie@new.example")


@pytest.mark.parametrize(
    ("initial", "other_change", "own_change", "fields"),
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
def test_linked_fields_are_not_merged(
    client, doctor, image, initial, other_change, own_change, fields
):
    """One user set another site, one the other side: nobody chose the combination."""
    rows = ConsultationImage.objects.filter(pk=image.pk)
    rows.update(**initial)
    client.force_login(doctor)
    url = reverse("image_detail", args=[image.pk])
    stale_form = form_data(client, url)
    assert client.post(url, form_data(client, url) | other_change).status_code == 302
    stored = rows.values(*fields).get()
    question = client.post(url, stale_form | own_change)
    assert question.status_code == 409
    form = question.context["metadata_form"]
    assert {question.field.name for question in form.conflicts} == fields
    assert rows.values(*fields).get() == stored
    keep = {f"keep-{name}": "stored" for name in fields} | {"asked": sorted(fields)}
    assert client.post(url, data_of(question.context) | keep).status_code == 302
    assert rows.values(*fields).get() == stored


def test_conflict_page_carries_the_original_version(client, doctor, edit_url):  # noqa: F811
    """A draft restored later, without the question, must be asked about again."""
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    html = client.post(edit_url, stale_form | {"notes": "Mine."}).content.decode()
    assert f'data-before="{stale_form["version"]}"' in html
