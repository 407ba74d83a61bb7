"""A patient who exists is found, by search, by chooser, by the guard against namesakes."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from consultations.models import Patient
from core.tests.test_search import SAME

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("one", "other"), [*SAME, *((b, a) for a, b in SAME)])
def test_the_search_and_the_guard_find_the_other_spelling(client, doctor, one, other):
    found = Patient.objects.create(full_name=f"{one} Test", created_by=doctor)
    client.force_login(doctor)
    listed = client.get(reverse("patient_list"), {"q": other})
    assert list(listed.context["page"]) == [found]
    again = client.post(reverse("patient_create"), {"full_name": f"{other} Test"})
    assert list(again.context["same"]) == [found]
    assert Patient.objects.count() == 1


def test_the_guard_knows_surname_first(client, doctor, record):
    client.force_login(doctor)
    again = client.post(reverse("patient_create"), {"full_name": "LEFEVRE Marie"})
    assert list(again.context["same"]) == [record]


BLANKS = [
    ("O Brien Anna", "Anna O'Brien"),
    ("O Brien Anna", "O’Brien Anna"),
    ("Al Masri Omar", "Al-Masri Omar"),
]


@pytest.mark.parametrize(("stored", "typed"), BLANKS)
def test_a_mark_that_is_typed_finds_a_blank(doctor, stored, typed):
    """Who has the name from a passport types the mark; the record was made without."""
    found = Patient.objects.create(full_name=stored, created_by=doctor)
    assert Patient.objects.search(typed).get() == found


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Almasri Omar", "Al-Masri Omar"),
        ("Al Masri Omar", "ALMASRI OMAR"),
        ("Anna O Brien", "Anna OBrien"),
        ("Marie Dupont", "DUPONT, Marie"),
        ("Dupont, Marie", "Marie Dupont"),
    ],
)
def test_the_guard_takes_no_notice_of_blanks_and_commas(client, doctor, stored, typed):
    """Else one person has two records, with half of the photographs in each."""
    found = Patient.objects.create(full_name=stored, file_number="77", created_by=doctor)
    client.force_login(doctor)
    again = client.post(reverse("patient_create"), {"full_name": typed})
    assert list(again.context["same"]) == [found]


def test_a_file_number_with_a_hyphen_is_looked_for_as_one(doctor):
    """In two words, A-12 would be everybody with an "a" and a 12: he is on the tenth page."""
    found = Patient.objects.create(full_name="Zoé", file_number="A-12", created_by=doctor)
    Patient.objects.create(full_name="Anna", file_number="2512", created_by=doctor)
    assert Patient.objects.search("a‑12").get() == found


def test_the_guard_is_silent_about_half_a_name(client, doctor, record):
    """A warning at every Marie is a warning that nobody reads."""
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": "Mari Lefev"})
    assert response.status_code == 302


def test_the_admin_finds_it_too(client, staff, record, consultation):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    Patient.objects.filter(pk=record.pk).update(full_name="Søren O’Brien")
    Patient.objects.get(pk=record.pk).save()
    consultation.diagnosis = "Mélanome"
    consultation.save()
    for name, query in (
        ("patient", "soren o'brien"),
        ("patient", "Søren"),
        ("patient", record.email or "obrien"),
        ("consultation", "o‘brien mélanome"),
    ):
        listed = client.get(reverse(f"admin:consultations_{name}_changelist"), {"q": query})
        assert listed.context["cl"].result_count == 1, query
    listed = client.get(reverse("admin:consultations_patient_changelist"), {"q": "soren petit"})
    assert listed.context["cl"].result_count == 0


def test_keys_of_before_the_upgrade_are_written_anew(record):
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.filter(pk=record.pk).update(full_name="Łucja O’Neil", search_key="łucja o’neil")
    fold(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.search("lucja o'neil").get() == record


def test_the_way_back_leaves_the_former_keys(record):
    """After a downgrade nobody with a mark in their name would be found, and be made again."""
    back = import_module("consultations.migrations.0010_fold_search_keys").put_back
    record.full_name, record.file_number = "Jean-Pierre O’Neil", "7"
    record.save()
    back(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().search_key == "jean-pierre o’neil 7"


def test_what_does_not_differ_is_not_written(record):
    """Keys without a file number ended in a blank: a million rows would be written for nothing."""
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.update(full_name="Jean Petit", file_number="", search_key="jean petit ")
    fold(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().search_key == "jean petit "


def test_a_name_of_ligatures_fits_its_column(doctor):
    """PostgreSQL would else answer 500."""
    Patient.objects.create(full_name="\ufdfa" * 150, created_by=doctor)


@pytest.mark.parametrize("typed", ["04/03/1972", "4.3.1972", "1972-03-04", "lefevre 04/03/1972"])
def test_a_patient_is_found_by_the_day_of_birth(doctor, record, typed):
    """At the desk one asks for it first: a name is spelt in many ways, a birth date in one."""
    Patient.objects.create(full_name="Marie Lefèvre", birth_date="1980-01-01", created_by=doctor)
    assert Patient.objects.search(typed).get() == record


def test_a_file_number_that_looks_like_a_day_is_found(doctor, record):
    found = Patient.objects.create(full_name="X", file_number="04-03-1972", created_by=doctor)
    assert set(Patient.objects.search("04-03-1972")) == {found, record}


@pytest.mark.parametrize("typed", ["31/02/1972", "1/1/0000", "99.99.9999"])
def test_no_day_is_a_word(record, typed):
    assert not Patient.objects.search(typed).exists()


def test_who_becomes_a_namesake_by_an_edit_is_asked_about(client, doctor, record):
    """A mistyped name that is put right is how two records of one person come to light."""
    other = Patient.objects.create(full_name="Mario Lefebvre", created_by=doctor)
    client.force_login(doctor)
    url = reverse("patient_edit", args=[other.pk])
    form = {"full_name": "Lefèvre Marie", "birth_date": "1972-03-04"}
    asked = client.post(url, form)
    assert list(asked.context["same"]) == [record]
    other.refresh_from_db()
    assert other.full_name == "Mario Lefebvre"
    assert client.post(url, form | {"anyway": "1"}).status_code == 302
    other.refresh_from_db()
    assert other.full_name == "Lefèvre Marie"
    assert client.post(url, form | {"phone": "1"}).status_code == 302, "not at every save"


def test_a_button_pressed_twice_makes_one_record(client, doctor, record):
    """Else there would be two consultations of one visit, with half of the pictures in each."""
    client.force_login(doctor)
    url = f"{reverse('consultation_create')}?patient={record.pk}"
    form = {"patient": record.pk, "date": "2026-11-29", "status": "in_progress", "reason": "Mole"}
    places = {client.post(url, form)["Location"] for _press in range(2)}
    assert len(places) == 1
    assert record.consultations.count() == 1
    client.post(url, form | {"reason": "Nail"})
    assert record.consultations.count() == 2


def test_twins_are_two_and_a_second_press_is_none(client, doctor):
    """The second of two children of one name, or of one whom the practice has twice by now."""
    client.force_login(doctor)
    place, form = reverse("patient_create"), {"full_name": "Ada Petit", "birth_date": "2026-11-01"}
    assert client.post(place, form).status_code == 302
    asked = client.post(place, form).context
    again = form | {"anyway": "1", "other": [other.pk for other in asked["all_same"]]}
    made = {client.post(place, again)["Location"] for _press in range(2)}
    assert len(made) == 1
    assert Patient.objects.filter(full_name="Ada Petit").count() == 2


@pytest.mark.parametrize(("name", "typed"), [("Anne", "a_n"), ("Anne", "a%e"), ("Anne", "ann\\e")])
def test_signs_of_the_database_s_own_are_letters(doctor, name, typed):
    """A search for A_12 that shows A-12 and AB12 shows the wrong patient."""
    Patient.objects.create(full_name=name, file_number="", created_by=doctor)
    found = Patient.objects.create(full_name=typed, created_by=doctor)
    assert Patient.objects.search(typed).get() == found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's alone")
def test_a_search_is_not_compiled(db):
    """PostgreSQL would take ten times as long to compile one as to answer it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


APART = [
    ("Omar Almasri", "Al-Masri Omar"),
    ("O Brien Anna", "Anna O'Brien"),
    ("O`Brien Anna", "O'Brien Anna"),
    ("Kim Minjun", "Min-jun Kim"),
    ("Jan Vandenberg", "Berg, Jan van den"),
    ("Delacruz Maria", "Maria De la Cruz"),
    ("ABDELKADER Omar", "Omar Abd el-Kader"),
    ("山田太郎", "太郎 山田"),
    ("St John Anna", "St. John Anna"),
    ("Marie Martin", "Marie DUPONT (née Martin)"),
    ("Martin Luther King Jr.", "King Jr, Martin Luther"),
    ("Marie Lefèvre Dupont", "Marie Lefèvre"),
    ("买买提·艾力", "买买提•艾力"),
    ("김 민준", "김민준"),
    ("رحیم‌زاده علی", "رحیم زاده علی"),
]


@pytest.mark.parametrize(("one", "other"), [*APART, *((b, a) for a, b in APART)])
def test_the_guard_asks_whatever_is_written_together_and_in_whatever_order(
    client, doctor, one, other
):
    """Else one person has two records, with half of the photographs in each."""
    found = Patient.objects.create(full_name=one, created_by=doctor)
    client.force_login(doctor)
    again = client.post(reverse("patient_create"), {"full_name": other})
    assert again.status_code == 200
    assert list(again.context["same"]) == [found]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Marie Dupont", "Marie"),
        ("Jan Berg", "Jan Vandenberg"),
        ("กุล", "กล"),
        ("なかじま", "なかしま"),
    ],
)
def test_the_guard_is_silent_about_others(client, doctor, stored, typed):
    """Who is asked about everybody called Marie learns to press "No"."""
    Patient.objects.create(full_name=stored, created_by=doctor)
    client.force_login(doctor)
    assert client.post(reverse("patient_create"), {"full_name": typed}).status_code == 302


def test_the_same_name_comes_before_longer_ones(client, doctor):
    for name in ("Anne", "Claire", "Eva", "Julie", "Lea"):
        Patient.objects.create(full_name=f"{name} Marie Martin", created_by=doctor)
    found = Patient.objects.create(full_name="Marie Martin", created_by=doctor)
    client.force_login(doctor)
    asked = client.post(reverse("patient_create"), {"full_name": "Marie Martin"}).context
    assert asked["same"][0] == found
    assert asked["more"] == 1


JOINED = [
    ("山田 太郎", "山田太郎"),
    ("عبد الله حسن", "عبدالله حسن"),
    ("Mc Donald", "mcdonald"),
    ("Almasri Omar", "Al-Masri"),
    ("Jean-Pierre Petit", "jeanpierre"),
    ("St John Anna", "St. John"),
    ("Marie (Mimi) Petit", "mimi"),
]


@pytest.mark.parametrize(("stored", "typed"), JOINED)
def test_a_name_is_found_wherever_its_blanks_are(client, api, doctor, stored, typed):
    found = Patient.objects.create(full_name=stored, created_by=doctor)
    client.force_login(doctor)
    for place in ("patient_list", "consultation_create"):
        assert list(client.get(reverse(place), {"q": typed}).context["page"]) == [found]
    told = api(doctor).get(reverse("api-patient-list"), {"q": typed}).json()
    assert [row["id"] for row in told["patients"]] == [found.pk]


def test_the_chooser_says_that_there_are_more(client, doctor):
    """The thirteenth Marie Martin would be made a second time."""
    for _number in range(13):
        Patient.objects.create(full_name="Marie Martin", created_by=doctor)
    client.force_login(doctor)
    shown = client.get(reverse("consultation_create"), {"q": "marie martin"})
    assert "12 sur 13" in shown.content.decode()


def test_the_chooser_offers_nobody_who_may_not_be_chosen(client, doctor):
    """A doctor who is somebody's patient here reads their own record and does not write it."""
    Patient.objects.create(full_name="Claire Rousseau", created_by=doctor, user=doctor)
    client.force_login(doctor)
    assert not client.get(reverse("consultation_create"), {"q": "rousseau"}).context["page"]


@pytest.mark.parametrize("typed", ["04/03/1972,", "04‑03‑1972", "４/３/１９７２", "٤/٣/١٩٧٢"])
def test_a_day_of_birth_in_other_signs(doctor, record, typed):
    assert Patient.objects.search(typed).get() == record
