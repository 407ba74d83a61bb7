"""Two people edit one visit. Lost would be what the first has saved, without a word to anybody."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from consultations.models import Consultation, ConsultationImage, Patient, Revision

pytestmark = pytest.mark.django_db


def shown(client, url):
    """What a browser would post of the form as it is shown: {name: value}."""
    return posted(client.get(url).context)


def posted(context):
    form = context.get("metadata_form") or context["form"]
    data = {bound.html_name: bound.value() for bound in form}
    data = {name: value for name, value in data.items() if value not in (None, False, "")}
    return data | {"version": form.version}


@pytest.fixture
def visit(consultation):
    Consultation.objects.filter(pk=consultation.pk).update(notes="Before.", reason="Mole")
    return consultation


@pytest.fixture
def edit(visit):
    return reverse("consultation_edit", args=[visit.pk])


def test_what_the_other_saved_stays(client, doctor, visit, edit):
    """B saves notes; A, whose page is older, saves only the status."""
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Excised today, 4 mm margin."})
    response = client.post(edit, a | {"status": "closed"})
    assert response.status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Excised today, 4 mm margin.", "closed")


def test_of_one_field_both_texts_are_shown_and_nothing_is_saved(client, doctor, visit, edit):
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    response = client.post(edit, a | {"notes": "Mine, long and typed.", "status": "closed"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "Theirs." in html
    assert html.count("Mine, long and typed.") == 2, "to choose, and in the field"
    assert doctor.get_short_name() in html
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "in_progress")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Mine."), ("stored", "Theirs.")])
def test_the_person_chooses(client, doctor, visit, edit, choice, kept):
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs.", "diagnosis": "Naevus"})
    again = client.post(edit, a | {"notes": "Mine.", "status": "closed"})
    answer = posted(again.context) | {"asked": ["notes"], "keep-notes": choice}
    assert client.post(edit, answer).status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status, visit.diagnosis) == (kept, "closed", "Naevus")


def test_who_chose_nothing_is_asked_again(client, doctor, visit, edit):
    """To press the button once more would else overwrite the other's text."""
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    again = client.post(edit, a | {"notes": "Mine."})
    assert client.post(edit, posted(again.context) | {"asked": ["notes"]}).status_code == 409
    visit.refresh_from_db()
    assert visit.notes == "Theirs."


def test_what_changed_while_one_chose_is_shown_too(client, doctor, visit, edit):
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    again = client.post(edit, a | {"notes": "Mine."})
    answer = posted(again.context) | {"asked": ["notes"], "keep-notes": "mine"}
    client.post(edit, shown(client, edit) | {"notes": "A third text."})
    response = client.post(edit, answer)
    assert response.status_code == 409
    assert "A third text." in response.content.decode()


def test_a_mistake_keeps_what_the_form_is_about(client, doctor, visit, edit):
    """A form refused for another reason is as stale as before."""
    client.force_login(doctor)
    a = shown(client, edit)
    client.post(edit, shown(client, edit) | {"notes": "Theirs."})
    refused = client.post(edit, a | {"date": "no date", "status": "closed"})
    assert refused.status_code == 200
    client.post(edit, posted(refused.context) | {"date": a["date"]})
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "closed")


def test_line_ends_are_no_change(client, doctor, visit, edit):
    """What the API stored with its own line ends comes back from a browser with others."""
    Consultation.objects.filter(pk=visit.pk).update(notes="One.\nTwo.\n")
    client.force_login(doctor)
    client.post(edit, shown(client, edit) | {"notes": "One.\r\nTwo.", "status": "closed"})
    visit.refresh_from_db()
    assert visit.notes == "One.\nTwo.\n"
    assert not Revision.objects.filter(former__has_key="notes").exists()


def test_an_unchanged_form_changes_and_tells_nothing(client, doctor, visit, edit):
    client.force_login(doctor)
    before = Consultation.objects.get(pk=visit.pk).updated_at
    client.post(edit, shown(client, edit))
    assert Consultation.objects.get(pk=visit.pk).updated_at == before
    assert not Event.objects.filter(action="changed").exists()


@pytest.fixture
def pages(record, image):
    """{what: (its edit page, a field that A changes, one that B changes)}."""
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


@pytest.mark.parametrize("what", MODELS)
def test_every_form_merges_what_does_not_overlap(client, doctor, pages, what):
    client.force_login(doctor)
    url, a_field, b_field = pages[what]
    a = shown(client, url)
    assert client.post(url, shown(client, url) | {b_field: TEXTS[b_field]}).status_code == 302
    assert client.post(url, a | {a_field: TEXTS[a_field]}).status_code == 302
    row = MODELS[what].objects.get()
    assert {name: str(getattr(row, name)) for name in (a_field, b_field)} == {
        name: TEXTS[name] for name in (a_field, b_field)
    }


@pytest.mark.parametrize("what", MODELS)
def test_every_form_asks_about_what_does(client, doctor, pages, what):
    client.force_login(doctor)
    url, field, _other = pages[what]
    a = shown(client, url)
    client.post(url, shown(client, url) | {field: "Theirs"})
    response = client.post(url, a | {field: "Mine"})
    assert response.status_code == 409
    assert getattr(MODELS[what].objects.get(), field) == "Theirs"
    assert re.search(rf'name="keep-{field}"', response.content.decode())


def test_the_check_adds_no_statement(client, doctor, visit, edit):
    """A form that is not stale costs what it did: the lock is in the SELECT that was there."""
    client.force_login(doctor)
    form = shown(client, edit) | {"status": "closed"}
    with CaptureQueriesContext(connection) as done:
        client.post(edit, form)
    about = [q["sql"] for q in done if "consultations_consultation" in q["sql"]]
    assert sum(sql.startswith("SELECT") for sql in about) == 2, "the row, and whose it is"


def test_what_was_replaced_is_kept_for_whoever_may_change_it(client, doctor, patient, visit, edit):
    """A clinical text that somebody overwrote would else be gone for good."""
    client.force_login(doctor)
    client.post(edit, shown(client, edit) | {"notes": "Rewritten."})
    page = reverse("consultation_revisions", args=[visit.pk])
    assert "Before." in client.get(page).content.decode()
    client.force_login(patient)
    assert client.get(page).status_code == 403


def test_it_goes_with_its_record(client, doctor, image):
    client.force_login(doctor)
    url = reverse("image_detail", args=[image.pk])
    client.post(url, shown(client, url) | {"description": "One."})
    client.post(url, shown(client, url) | {"description": "Two."})
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
        shown = client.get(url).context["adminform"].form
        data = {bound.html_name: bound.value() for bound in shown}
        data = {name: value for name, value in data.items() if value not in (None, False, "")}
        inlines = {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
        data |= {"version": shown.version} | inlines | fields
        return lambda: client.post(url, data)

    return save


def test_the_admin_merges_as_the_pages_do(admin, visit):
    stale = admin(status="closed")
    assert admin(notes="Theirs.")().status_code == 302
    assert stale().status_code == 302
    visit.refresh_from_db()
    assert (visit.notes, visit.status) == ("Theirs.", "closed")
    assert Revision.objects.about(visit).filter(former__notes="Before.").exists()


def test_the_admin_asks_as_the_pages_do(admin, visit):
    stale = admin(notes="Mine.")
    admin(notes="Theirs.")()
    response = stale()
    assert 'name="keep-notes"' in response.content.decode()
    visit.refresh_from_db()
    assert visit.notes == "Theirs."


def test_a_profile_is_merged(client, doctor):
    client.force_login(doctor)
    url = reverse("profile")
    a = shown(client, url)
    client.post(url, shown(client, url) | {"full_name": "Dr Claire Rousseau-Petit"})
    client.post(url, a | {"language": "en"})
    doctor.refresh_from_db()
    assert (doctor.full_name, doctor.language) == ("Dr Claire Rousseau-Petit", "en")
