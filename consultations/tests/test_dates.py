"""The days that a person types: a typing error must not file a visit where nobody looks for it."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import User
from consultations.models import Consultation, ConsultationImage, Patient

pytestmark = pytest.mark.django_db
BORN = date(1972, 3, 4)  # of `record`
TODAY = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-29T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "pw", full_name="Root")


REFUSED = [
    date(26, 11, 14),  # 2026 typed as 26
    BORN - timedelta(days=1),
    TODAY + timedelta(days=367),
    date(9999, 12, 31),
    date(1, 1, 1),
]
TAKEN = [BORN, TODAY, TODAY + timedelta(days=366)]


def said(response, field):
    """The codes that a page's form says of a field."""
    admin = "adminform" in response.context
    shown = response.context["adminform"].form if admin else response.context["form"]
    errors = shown.errors.as_data()
    return [error.code for error in errors.get(field, [])]


def form(day, **fields):
    return {"date": day.isoformat(), "status": "in_progress", **fields}


def admin_form(day, record, doctor):
    inline = {f"images-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return form(day, patient=record.pk, doctor=doctor.pk, **inline)


@pytest.mark.parametrize("day", [*REFUSED, *TAKEN], ids=str)
def test_a_visit_has_bounds_at_every_door(page, api, doctor, root, record, day):
    """Else a visit of the year 9999 heads the home page for ever, and one of the year 26 is never
    found again. Page, API and admin, for a new one and for one that exists."""
    right = day in TAKEN
    url = "/api/v1/consultations"
    made = api(doctor).post(url, {"patient": record.pk, "date": day.isoformat()})
    assert made.status_code == (201 if right else 400)
    there = Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 1, 2))
    moved = api(doctor).patch(f"{url}/{there.pk}", {"date": day.isoformat()})
    assert moved.status_code == (200 if right else 400)
    if not right:
        for answer in (made, moved):
            (error,) = answer.json()["errors"]
            assert (error["code"], error["attr"]) == ("invalid_date", "date")
    Consultation.objects.filter(pk=there.pk).update(date=date(2026, 1, 2))

    answers = [
        page(doctor).post("/consultations/new/", form(day, patient=record.pk)),
        page(doctor).post(f"/consultations/{there.pk}/edit/", form(day)),
    ]
    Consultation.objects.filter(pk=there.pk).update(date=date(2026, 1, 2))
    place = "/admin/consultations/consultation"
    answers += [
        page(root).post(f"{place}/add/", admin_form(day, record, doctor)),
        page(root).post(f"{place}/{there.pk}/change/", admin_form(day, record, doctor)),
    ]
    for answer in answers:
        assert answer.status_code == (302 if right else 200)
        if not right:
            assert said(answer, "date") == ["invalid_date"]
    held = set(Consultation.objects.values_list("date", flat=True))
    assert held == ({day} if right else {date(2026, 1, 2)})


@pytest.mark.parametrize(
    ("day", "status"), [(date(1899, 12, 31), 400), (date(1900, 1, 1), 201)], ids=str
)
def test_without_a_birth_date(api, doctor, day, status):
    """Nobody noted the birth: a visit in the year 26 is a typing error all the same."""
    patient = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    body = {"patient": patient.pk, "date": day.isoformat()}
    assert api(doctor).post("/api/v1/consultations", body).status_code == status


@pytest.mark.parametrize(("ahead", "status"), [(0, 400), (1, 201), (10**9, 201)])
def test_how_far_ahead_is_a_setting(api, doctor, record, settings, ahead, status):
    """A practice that plans further must be able to, and no number breaks the page."""
    settings.VISIT_DAYS_AHEAD = ahead
    body = {"patient": record.pk, "date": (TODAY + timedelta(days=1)).isoformat()}
    assert api(doctor).post("/api/v1/consultations", body).status_code == status


def test_the_word_names_the_bound(api, doctor, record):
    """Whoever is refused must see which day would do."""
    body = {"patient": record.pk, "date": "1970-01-01"}
    answer = api(doctor).post("/api/v1/consultations", body, headers={"accept-language": "en"})
    assert "1972" in answer.json()["errors"][0]["detail"]


def test_a_day_that_stood_before_may_stay(page, api, doctor, root, record):
    """A visit filed under a wrong day before there were bounds: its notes must still be editable,
    or they are lost to the doctor until somebody finds out the day."""
    old = date(9999, 1, 1)
    there = Consultation.objects.create(doctor=doctor, patient=record, date=old)
    edit = f"/consultations/{there.pk}/edit/"
    assert page(doctor).post(edit, form(old, notes="one")).status_code == 302
    url = f"/api/v1/consultations/{there.pk}"
    assert api(doctor).patch(url, {"notes": "two", "date": "9999-01-01"}).status_code == 200
    assert api(doctor).patch(url, {"notes": "three"}).status_code == 200
    place = f"/admin/consultations/consultation/{there.pk}/change/"
    assert page(root).post(place, admin_form(old, record, doctor)).status_code == 302
    assert api(doctor).patch(url, {"date": "9999-01-02"}).status_code == 400


def test_nobody_is_born_after_a_visit(page, api, doctor, root, record, consultation):
    """The other way round: a wrong birth date would make the visit one before birth."""
    visit = consultation.date
    late, right = visit + timedelta(days=1), visit
    url, edit = f"/api/v1/patients/{record.pk}", f"/patients/{record.pk}/edit/"
    refused = api(doctor).patch(url, {"birth_date": late.isoformat()})
    (error,) = refused.json()["errors"]
    assert (error["code"], error["attr"]) == ("invalid_date", "birth_date")
    body = {"full_name": record.full_name, "birth_date": late.isoformat()}
    place = f"/admin/consultations/patient/{record.pk}/change/"
    for answer in (
        page(doctor).post(edit, body),
        page(root).post(place, body | {"created_by": doctor.pk}),
    ):
        assert said(answer, "birth_date") == ["invalid_date"]
    assert api(doctor).patch(url, {"birth_date": right.isoformat()}).status_code == 200
    assert api(doctor).patch(url, {"birth_date": None}, format="json").status_code == 200


def test_a_birth_that_stood_before_may_stay(page, doctor, record, consultation):
    """Else no phone number of such a patient could be changed."""
    Patient.objects.filter(pk=record.pk).update(birth_date=date(2026, 11, 20))
    body = {"full_name": record.full_name, "birth_date": "2026-11-20", "phone": "0102"}
    assert page(doctor).post(f"/patients/{record.pk}/edit/", body).status_code == 302
    record.refresh_from_db()
    assert record.phone == "0102"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_filters_take_the_ends_of_the_calendar(page, api, doctor, image, user_image, day):
    """A filter with such a day answers, and does not break the list."""
    for url in (f"/api/v1/consultations?date={day}", f"/api/v1/gallery?date_from={day}"):
        assert api(doctor).get(url).status_code == 200
    shown = page(doctor).get(f"/gallery/?date_from=0001-01-01&date_to={day}")
    assert shown.status_code == 200
    held = api(doctor).get(f"/api/v1/gallery?date_from=0001-01-01&date_to={day}").json()["total"]
    assert held == (1 if day.startswith("9") else 0)


def test_the_calendar_offers_the_same_days(page, doctor, consultation, record, image):
    """Who may choose a day and is then refused blames the picture, the patient, themselves."""

    def offered(url, name):
        shown = page(doctor).get(url).content.decode()
        field = re.search(rf'<input type="date" name="{name}"[^>]*>', shown)[0]
        return [re.search(rf'{end}="([^"]*)"', field)[1] for end in ("min", "max")]

    ahead = (TODAY + timedelta(days=366)).isoformat()
    born, today = BORN.isoformat(), TODAY.isoformat()
    for url in (f"new/?patient={record.pk}", f"{consultation.pk}/edit/"):
        assert offered(f"/consultations/{url}", "date") == [born, ahead]
    assert offered(f"/patients/{record.pk}/edit/", "birth_date") == ["1880-01-01", today]
    assert offered(f"/consultations/images/{image.pk}/", "captured_on") == [born, today]
    Patient.objects.update(birth_date=None)
    assert offered(f"/consultations/images/{image.pk}/", "captured_on") == ["1900-01-01", today]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("day", ["2999-01-01", "1879-01-01", "0072-03-04", "9999-12-31"])
def test_the_page_says_what_is_wrong_with_a_day(
    page, doctor, record, image, settings, language, day
):
    """Django's own words for the code are of a date that is none, with a hole for the value."""
    browser = page(doctor)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    birth = {"full_name": "Ada Petit", "birth_date": day}
    texts = [browser.post("/patients/new/", birth).context["form"].errors["birth_date"][0]]
    dated = {"image_type": "macro", "captured_on": day}
    refused = browser.post(f"/consultations/images/{image.pk}/", dated)
    texts += [refused.context["metadata_form"].errors["captured_on"][0]]
    for text in texts:
        assert "%(" not in text
        assert "YYYY" not in text
        assert "AAAA" not in text


def test_nobody_is_born_after_a_picture_of_them(page, doctor, record, image):
    """The image's own form would be refused from then on, whatever is changed in it."""
    ConsultationImage.objects.update(captured_on=date(1990, 1, 1))
    edit = {"full_name": record.full_name, "birth_date": "2001-01-01"}
    refused = page(doctor).post(f"/patients/{record.pk}/edit/", edit)
    assert said(refused, "birth_date") == ["invalid_date"]
    Patient.objects.update(birth_date=date(2001, 1, 1))  # as it may have been before
    described = {"image_type": "macro", "captured_on": "1990-01-01", "description": "Darker."}
    saved = page(doctor).post(f"/consultations/images/{image.pk}/", described)
    assert saved.status_code == 302
