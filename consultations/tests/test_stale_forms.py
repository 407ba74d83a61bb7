"""Two people edit one object: the second save must not silently overwrite the first."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from consultations.models import Consultation, ConsultationImage, Patient, Revision

pytestmark = pytest.mark.django_db


def form_data(client, url):
    """What a browser would post from the form on this page: {name: value}."""
    return data_of(client.get(url).context)


def data_of(context):
    form = context.get("metadata_form") or context["form"]
    data = {bound.html_name: bound.value() for bound in form}
    data = {name: value for name, value in data.items() if value not in (None, False, "")}
    return data | {"version": form.version}


@pytest.fixture
def visit(consultation):
    Consultation.objects.filter(pk=consultation.pk).update(notes="Before.", reason="Mole")
    return consultation


@pytest.fixture
def edit_url(visit):
    return reverse("consultation_edit", args=[visit.pk])


def test_form_keeps_fields_another_user_saved(client, doctor, visit, edit_url):
    """One user saves notes; another, whose page is older, saves only the status."""
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Excised today, 4 mm margin."})
    response = client.post(edit_url, stale_form | {"status": "closed"})
    assert response.status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Excised today, 4 mm margin.", "closed")


def test_conflict_shows_both_texts_and_saves_nothing(client, doctor, visit, edit_url):
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    response = client.post(
        edit_url, stale_form | {"notes": "Mine, long and typed.", "status": "closed"}
    )
    html = response.content.decode()
    assert response.status_code == 409
    assert "Theirs." in html
    assert html.count("Mine, long and typed.") == 2, "as a choice and in the field"
    assert doctor.get_short_name() in html
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "in_progress")


@pytest.mark.parametrize(("choice", "expected"), [("mine", "Mine."), ("stored", "Theirs.")])
def test_chosen_text_is_saved(client, doctor, visit, edit_url, choice, expected):
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs.", "diagnosis": "Naevus"})
    conflict = client.post(edit_url, stale_form | {"notes": "Mine.", "status": "closed"})
    answer = data_of(conflict.context) | {"asked": ["notes"], "keep-notes": choice}
    assert client.post(edit_url, answer).status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status, visit.diagnosis) == (expected, "closed", "Naevus")


def test_conflict_without_a_choice_asks_again(client, doctor, visit, edit_url):
    """Otherwise submitting again would overwrite the other user's text."""
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    conflict = client.post(edit_url, stale_form | {"notes": "Mine."})
    assert (
        client.post(edit_url, data_of(conflict.context) | {"asked": ["notes"]}).status_code == 409
    )
    visit.refresh_from_db()
    assert visit.notes == "Theirs."


def test_change_during_the_choice_is_shown_as_a_conflict(client, doctor, visit, edit_url):
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    conflict = client.post(edit_url, stale_form | {"notes": "Mine."})
    answer = data_of(conflict.context) | {"asked": ["notes"], "keep-notes": "mine"}
    client.post(edit_url, form_data(client, edit_url) | {"notes": "A third text."})
    response = client.post(edit_url, answer)
    assert response.status_code == 409
    assert "A third text." in response.content.decode()


def test_refused_form_keeps_its_original_version(client, doctor, visit, edit_url):
    """A form refused for another reason is still as stale as before."""
    client.force_login(doctor)
    stale_form = form_data(client, edit_url)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Theirs."})
    refused = client.post(edit_url, stale_form | {"date": "no date", "status": "closed"})
    assert refused.status_code == 200
    client.post(edit_url, data_of(refused.context) | {"date": stale_form["date"]})
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "closed")


def test_different_line_endings_are_no_change(client, doctor, visit, edit_url):
    """Browsers send CRLF for text that the API stored with LF."""
    Consultation.objects.filter(pk=visit.pk).update(notes="One.\nTwo.\n")
    client.force_login(doctor)
    client.post(
        edit_url, form_data(client, edit_url) | {"notes": "One.\r\nTwo.", "status": "closed"}
    )
    visit.refresh_from_db()
    assert visit.notes == "One.\nTwo.\n"
    assert not Revision.objects.filter(former__has_key="notes").exists()


def test_unchanged_form_saves_and_records_nothing(client, doctor, visit, edit_url):
    client.force_login(doctor)
    updated_before = Consultation.objects.get(pk=visit.pk).updated_at
    client.post(edit_url, form_data(client, edit_url))
    assert Consultation.objects.get(pk=visit.pk).updated_at == updated_before
    assert not Event.objects.filter(action="changed").exists()


@pytest.fixture
def pages(record, image):
    """{what: (edit URL, a field that one user changes, a field that the other changes)}."""
    return {
        "patient": (reverse("patient_edit", args=[record.pk]), "phone", "phototype"),
        "image": (reverse("image_detail", args=[image.pk]), "description", "image_type"),
    }


TEXTS = {
    "phone": "+33 1",
    "phototype": "3",
    "description": "Darker.",
    "image_type": "overview",
}
MODELS = {"patient": Patient, "image": ConsultationImage}


@pytest.mark.parametrize("kind", MODELS)
def test_every_form_merges_changes_of_different_fields(client, doctor, pages, kind):
    client.force_login(doctor)
    url, first_field, second_field = pages[kind]
    stale_form = form_data(client, url)
    assert (
        client.post(url, form_data(client, url) | {second_field: TEXTS[second_field]}).status_code
        == 302
    )
    assert client.post(url, stale_form | {first_field: TEXTS[first_field]}).status_code == 302
    row = MODELS[kind].objects.get()
    assert {name: str(getattr(row, name)) for name in (first_field, second_field)} == {
        name: TEXTS[name] for name in (first_field, second_field)
    }


@pytest.mark.parametrize("kind", MODELS)
def test_every_form_asks_about_changes_of_the_same_field(client, doctor, pages, kind):
    client.force_login(doctor)
    url, field, _other = pages[kind]
    stale_form = form_data(client, url)
    client.post(url, form_data(client, url) | {field: "Theirs"})
    response = client.post(url, stale_form | {field: "Mine"})
    assert response.status_code == 409
    assert getattr(MODELS[kind].objects.get(), field) == "Theirs"
    assert re.search(rf'name="keep-{field}"', response.content.decode())


def test_conflict_check_adds_no_query(client, doctor, visit, edit_url):
    """The row is locked and compared by the SELECT that the form needs anyway."""
    client.force_login(doctor)
    form = form_data(client, edit_url) | {"status": "closed"}
    with CaptureQueriesContext(connection) as queries:
        client.post(edit_url, form)
    statements = [q["sql"] for q in queries if "consultations_consultation" in q["sql"]]
    assert sum(sql.startswith("SELECT") for sql in statements) == 2, (
        "the row, and the check of access to it"
    )


def test_replaced_text_is_shown_to_whoever_may_edit(client, doctor, patient, visit, edit_url):
    """Otherwise an overwritten clinical text is lost for good."""
    client.force_login(doctor)
    client.post(edit_url, form_data(client, edit_url) | {"notes": "Rewritten."})
    page = reverse("consultation_revisions", args=[visit.pk])
    assert "Before." in client.get(page).content.decode()
    client.force_login(patient)
    assert client.get(page).status_code == 403


def test_revisions_are_deleted_with_their_object(client, doctor, image):
    client.force_login(doctor)
    url = reverse("image_detail", args=[image.pk])
    client.post(url, form_data(client, url) | {"description": "One."})
    client.post(url, form_data(client, url) | {"description": "Two."})
    assert Revision.objects.about(image).get().former == {"description": "One."}
    image.delete()
    assert not Revision.objects.exists()


@pytest.fixture
def admin(client, staff, visit):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    url = reverse("admin:consultations_consultation_change", args=[visit.pk])

    def save(**fields):
        form = client.get(url).context["adminform"].form
        data = {bound.html_name: bound.value() for bound in form}
        data = {name: value for name, value in data.items() if value not in (None, False, "")}
        inlines = {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
        data |= {"version": form.version} | inlines | fields
        return lambda: client.post(url, data)

    return save


def test_admin_merges_changes_of_different_fields(admin, visit):
    stale = admin(status="closed")
    assert admin(notes="Theirs.")().status_code == 302
    assert stale().status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "closed")
    assert Revision.objects.about(visit).filter(former__notes="Before.").exists()


def test_admin_asks_about_changes_of_the_same_field(admin, visit):
    stale = admin(notes="Mine.")
    admin(notes="Theirs.")()
    response = stale()
    assert 'name="keep-notes"' in response.content.decode()
    visit.refresh_from_db()
    assert visit.notes == "Theirs."


def test_profile_form_merges_changes(client, doctor):
    client.force_login(doctor)
    url = reverse("profile")
    stale_form = form_data(client, url)
    client.post(url, form_data(client, url) | {"full_name": "Dr Claire Rousseau-Petit"})
    client.post(url, stale_form | {"language": "en"})
    doctor.refresh_from_db()
    assert (doctor.full_name, doctor.language) == ("Dr Claire Rousseau-Petit", "en")
