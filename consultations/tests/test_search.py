"""An existing patient is found by the search, the patient chooser and the namesake guard."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from consultations.models import Patient
from core.tests.test_search import SAME_NAMES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("stored", "typed"), [*SAME_NAMES, *((b, a) for a, b in SAME_NAMES)])
def test_search_and_guard_find_every_spelling(client, doctor, stored, typed):
    patient = Patient.objects.create(full_name=f"{stored} Test", created_by=doctor)
    client.force_login(doctor)
    listed = client.get(reverse("patient_list"), {"q": typed})
    assert list(listed.context["page"]) == [patient]
    response = client.post(reverse("patient_create"), {"full_name": f"{typed} Test"})
    assert list(response.context["same"]) == [patient]
    assert Patient.objects.count() == 1


def test_guard_finds_a_name_with_the_surname_first(client, doctor, record):
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": "LEFEVRE Marie"})
    assert list(response.context["same"]) == [record]


SPACED_NAMES = [
    ("O Brien Anna", "Anna O'Brien"),
    ("O Brien Anna", "O’Brien Anna"),
    ("Al Masri Omar", "Al-Masri Omar"),
]


@pytest.mark.parametrize(("stored", "typed"), SPACED_NAMES)
def test_apostrophe_or_hyphen_matches_a_space(doctor, stored, typed):
    """The record was created without the apostrophe or hyphen, as in the name's other spelling."""
    patient = Patient.objects.create(full_name=stored, created_by=doctor)
    assert Patient.objects.search(typed).get() == patient


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
def test_guard_ignores_spaces_and_commas(client, doctor, stored, typed):
    """Otherwise one person has two records, with half of the images in each."""
    patient = Patient.objects.create(full_name=stored, file_number="77", created_by=doctor)
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": typed})
    assert list(response.context["same"]) == [patient]


def test_hyphenated_file_number_is_one_search_term(doctor):
    """As two terms, A-12 would match everybody with an "a" and a 12."""
    patient = Patient.objects.create(full_name="Zoé", file_number="A-12", created_by=doctor)
    Patient.objects.create(full_name="Anna", file_number="2512", created_by=doctor)
    assert Patient.objects.search("a‑12").get() == patient


def test_guard_ignores_partial_names(client, doctor, record):
    """A warning for every Marie would soon be ignored."""
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": "Mari Lefev"})
    assert response.status_code == 302


def test_admin_search_folds_spellings(client, staff, record, consultation):
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


def test_migration_rewrites_old_search_keys(record):
    migrate = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.filter(pk=record.pk).update(full_name="Łucja O’Neil", search_key="łucja o’neil")
    migrate(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.search("lucja o'neil").get() == record


def test_reverse_migration_restores_old_search_keys(record):
    """Otherwise names with apostrophes or hyphens are not found after a downgrade."""
    reverse_migration = import_module("consultations.migrations.0010_fold_search_keys").put_back
    record.full_name, record.file_number = "Jean-Pierre O’Neil", "7"
    record.save()
    reverse_migration(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().search_key == "jean-pierre o’neil 7"


def test_migration_leaves_equivalent_keys_unwritten(record):
    """Old keys without a file number end in a space: rewriting them would update a million rows."""
    migrate = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.update(full_name="Jean Petit", file_number="", search_key="jean petit ")
    migrate(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().search_key == "jean petit "


def test_expanded_search_key_fits_its_column(doctor):
    """Otherwise PostgreSQL raises an error."""
    Patient.objects.create(full_name="\ufdfa" * 150, created_by=doctor)


@pytest.mark.parametrize("typed", ["04/03/1972", "4.3.1972", "1972-03-04", "lefevre 04/03/1972"])
def test_search_finds_a_birth_date(doctor, record, typed):
    """Receptionists ask for it first: it has one spelling, unlike a name."""
    Patient.objects.create(full_name="Marie Lefèvre", birth_date="1980-01-01", created_by=doctor)
    assert Patient.objects.search(typed).get() == record


def test_search_finds_a_file_number_that_looks_like_a_date(doctor, record):
    patient = Patient.objects.create(full_name="X", file_number="04-03-1972", created_by=doctor)
    assert set(Patient.objects.search("04-03-1972")) == {patient, record}


@pytest.mark.parametrize("typed", ["31/02/1972", "1/1/0000", "99.99.9999"])
def test_search_for_an_impossible_date_finds_nothing(record, typed):
    assert not Patient.objects.search(typed).exists()


def test_edit_that_creates_a_namesake_asks_first(client, doctor, record):
    """Correcting a mistyped name may reveal a second record of the same person."""
    typed = Patient.objects.create(full_name="Mario Lefebvre", created_by=doctor)
    client.force_login(doctor)
    url = reverse("patient_edit", args=[typed.pk])
    form = {"full_name": "Lefèvre Marie", "birth_date": "1972-03-04"}
    question = client.post(url, form)
    assert list(question.context["same"]) == [record]
    typed.refresh_from_db()
    assert typed.full_name == "Mario Lefebvre"
    assert client.post(url, form | {"anyway": "1"}).status_code == 302
    typed.refresh_from_db()
    assert typed.full_name == "Lefèvre Marie"
    assert client.post(url, form | {"phone": "1"}).status_code == 302, (
        "asked only when the name changes"
    )


def test_submitting_a_consultation_twice_creates_one(client, doctor, record):
    """Otherwise one visit has two consultations, with half of the images in each."""
    client.force_login(doctor)
    url = f"{reverse('consultation_create')}?patient={record.pk}"
    form = {"patient": record.pk, "date": "2026-11-29", "status": "in_progress", "reason": "Mole"}
    locations = {client.post(url, form)["Location"] for _press in range(2)}
    assert len(locations) == 1
    assert record.consultations.count() == 1
    client.post(url, form | {"reason": "Nail"})
    assert record.consultations.count() == 2


def test_confirmed_namesake_submitted_twice_creates_one(client, doctor):
    """A twin of the same name is a second record; a double click must not create a third."""
    client.force_login(doctor)
    create_url, form = (
        reverse("patient_create"),
        {"full_name": "Ada Petit", "birth_date": "2026-11-01"},
    )
    assert client.post(create_url, form).status_code == 302
    context = client.post(create_url, form).context
    confirmed = form | {"anyway": "1", "other": [namesake.pk for namesake in context["all_same"]]}
    locations = {client.post(create_url, confirmed)["Location"] for _press in range(2)}
    assert len(locations) == 1
    assert Patient.objects.filter(full_name="Ada Petit").count() == 2


@pytest.mark.parametrize(("name", "typed"), [("Anne", "a_n"), ("Anne", "a%e"), ("Anne", "ann\\e")])
def test_like_wildcards_are_searched_literally(doctor, name, typed):
    """Otherwise a search for A_12 also shows A-12 and AB12."""
    Patient.objects.create(full_name=name, file_number="", created_by=doctor)
    patient = Patient.objects.create(full_name=typed, created_by=doctor)
    assert Patient.objects.search(typed).get() == patient


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's alone")
def test_jit_is_off(db):
    """PostgreSQL would take ten times longer to compile a search than to run it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


NAMESAKES = [
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


@pytest.mark.parametrize(("stored", "typed"), [*NAMESAKES, *((b, a) for a, b in NAMESAKES)])
def test_guard_finds_namesakes_despite_word_order_and_joined_words(client, doctor, stored, typed):
    """Otherwise one person has two records, with half of the images in each."""
    patient = Patient.objects.create(full_name=stored, created_by=doctor)
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": typed})
    assert response.status_code == 200
    assert list(response.context["same"]) == [patient]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Marie Dupont", "Marie"),
        ("Jan Berg", "Jan Vandenberg"),
        ("กุล", "กล"),
        ("なかじま", "なかしま"),
    ],
)
def test_guard_ignores_similar_but_different_names(client, doctor, stored, typed):
    """Too many false warnings teach users to dismiss them."""
    Patient.objects.create(full_name=stored, created_by=doctor)
    client.force_login(doctor)
    assert client.post(reverse("patient_create"), {"full_name": typed}).status_code == 302


def test_guard_lists_exact_namesakes_first(client, doctor):
    for name in ("Anne", "Claire", "Eva", "Julie", "Lea"):
        Patient.objects.create(full_name=f"{name} Marie Martin", created_by=doctor)
    patient = Patient.objects.create(full_name="Marie Martin", created_by=doctor)
    client.force_login(doctor)
    context = client.post(reverse("patient_create"), {"full_name": "Marie Martin"}).context
    assert context["same"][0] == patient
    assert context["more"] == 1


JOINED_NAMES = [
    ("山田 太郎", "山田太郎"),
    ("عبد الله حسن", "عبدالله حسن"),
    ("Mc Donald", "mcdonald"),
    ("Almasri Omar", "Al-Masri"),
    ("Jean-Pierre Petit", "jeanpierre"),
    ("St John Anna", "St. John"),
    ("Marie (Mimi) Petit", "mimi"),
]


@pytest.mark.parametrize(("stored", "typed"), JOINED_NAMES)
def test_search_ignores_where_a_name_is_split(client, api, doctor, stored, typed):
    patient = Patient.objects.create(full_name=stored, created_by=doctor)
    client.force_login(doctor)
    for route in ("patient_list", "consultation_create"):
        assert list(client.get(reverse(route), {"q": typed}).context["page"]) == [patient]
    answer = api(doctor).get(reverse("api-patient-list"), {"q": typed}).json()
    assert [row["id"] for row in answer["patients"]] == [patient.pk]


def test_patient_chooser_says_how_many_are_not_shown(client, doctor):
    """Otherwise the thirteenth Marie Martin is created again."""
    for _number in range(13):
        Patient.objects.create(full_name="Marie Martin", created_by=doctor)
    client.force_login(doctor)
    response = client.get(reverse("consultation_create"), {"q": "marie martin"})
    assert "12 sur 13" in response.content.decode()


def test_patient_chooser_omits_the_doctors_own_record(client, doctor):
    """A doctor who is also a patient may read their own record but not write it."""
    Patient.objects.create(full_name="Claire Rousseau", created_by=doctor, user=doctor)
    client.force_login(doctor)
    assert not client.get(reverse("consultation_create"), {"q": "rousseau"}).context["page"]


@pytest.mark.parametrize("typed", ["04/03/1972,", "04‑03‑1972", "４/３/１９７２", "٤/٣/١٩٧٢"])
def test_search_accepts_birth_dates_in_other_digits_and_separators(doctor, record, typed):
    assert Patient.objects.search(typed).get() == record
