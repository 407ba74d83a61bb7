"""Typed dates: a typing error must not file a visit under a date where nobody looks for it."""

import re
from datetime import date, timedelta

import pytest

from accounts.models import User
from consultations.models import Consultation, ConsultationImage, Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_november")]
BORN = date(1972, 3, 4)  # of `record`
TODAY = date(2026, 11, 29)


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
ACCEPTED = [BORN, TODAY, TODAY + timedelta(days=366)]


def codes_of(response, field):
    """The error codes of a field in the page's form."""
    admin = "adminform" in response.context
    visit_form = response.context["adminform"].form if admin else response.context["form"]
    form_errors = visit_form.errors.as_data()
    return [error.code for error in form_errors.get(field, [])]


def visit_form(day, **fields):
    return {"date": day.isoformat(), "status": "in_progress", **fields}


def admin_form(day, record, doctor):
    inline = {f"images-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return visit_form(day, patient=record.pk, doctor=doctor.pk, **inline)


@pytest.mark.parametrize("day", [*REFUSED, *ACCEPTED], ids=str)
def test_visit_date_is_checked_in_pages_api_and_admin(page, api, doctor, root, record, day):
    """Otherwise a visit in the year 9999 stays on top of the home page for ever, and one in the
    year 26 is never found again. For new and existing visits."""
    valid = day in ACCEPTED
    url = "/api/v1/consultations"
    created = api(doctor).post(url, {"patient": record.pk, "date": day.isoformat()})
    assert created.status_code == (201 if valid else 400)
    consultation = Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 1, 2))
    patched = api(doctor).patch(f"{url}/{consultation.pk}", {"date": day.isoformat()})
    assert patched.status_code == (200 if valid else 400)
    if not valid:
        for answer in (created, patched):
            (error,) = answer.json()["errors"]
            assert (error["code"], error["attr"]) == ("invalid_date", "date")
    Consultation.objects.filter(pk=consultation.pk).update(date=date(2026, 1, 2))

    answers = [
        page(doctor).post("/consultations/new/", visit_form(day, patient=record.pk)),
        page(doctor).post(f"/consultations/{consultation.pk}/edit/", visit_form(day)),
    ]
    Consultation.objects.filter(pk=consultation.pk).update(date=date(2026, 1, 2))
    admin_url = "/admin/consultations/consultation"
    answers += [
        page(root).post(f"{admin_url}/add/", admin_form(day, record, doctor)),
        page(root).post(f"{admin_url}/{consultation.pk}/change/", admin_form(day, record, doctor)),
    ]
    for answer in answers:
        assert answer.status_code == (302 if valid else 200)
        if not valid:
            assert codes_of(answer, "date") == ["invalid_date"]
    stored_dates = set(Consultation.objects.values_list("date", flat=True))
    assert stored_dates == ({day} if valid else {date(2026, 1, 2)})


@pytest.mark.parametrize(
    ("day", "status"), [(date(1899, 12, 31), 400), (date(1900, 1, 1), 201)], ids=str
)
def test_visit_before_1900_is_refused_without_a_birth_date(api, doctor, day, status):
    """Without a birth date to compare with, a visit in the year 26 is still a typing error."""
    patient = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    body = {"patient": patient.pk, "date": day.isoformat()}
    assert api(doctor).post("/api/v1/consultations", body).status_code == status


@pytest.mark.parametrize(("days_ahead", "status"), [(0, 400), (1, 201), (10**9, 201)])
def test_latest_visit_date_is_a_setting(api, doctor, record, settings, days_ahead, status):
    """A practice can plan further ahead, and no value breaks the page."""
    settings.VISIT_DAYS_AHEAD = days_ahead
    body = {"patient": record.pk, "date": (TODAY + timedelta(days=1)).isoformat()}
    assert api(doctor).post("/api/v1/consultations", body).status_code == status


def test_refusal_names_the_allowed_date(api, doctor, record):
    """The message must say which dates are allowed."""
    body = {"patient": record.pk, "date": "1970-01-01"}
    answer = api(doctor).post("/api/v1/consultations", body, headers={"accept-language": "en"})
    assert "1972" in answer.json()["errors"][0]["detail"]


def test_stored_invalid_visit_date_may_be_kept(page, api, doctor, root, record):
    """A visit stored with a wrong date before there were bounds must still be editable."""
    old_date = date(9999, 1, 1)
    consultation = Consultation.objects.create(doctor=doctor, patient=record, date=old_date)
    edit = f"/consultations/{consultation.pk}/edit/"
    assert page(doctor).post(edit, visit_form(old_date, notes="one")).status_code == 302
    url = f"/api/v1/consultations/{consultation.pk}"
    assert api(doctor).patch(url, {"notes": "two", "date": "9999-01-01"}).status_code == 200
    assert api(doctor).patch(url, {"notes": "three"}).status_code == 200
    admin_url = f"/admin/consultations/consultation/{consultation.pk}/change/"
    assert page(root).post(admin_url, admin_form(old_date, record, doctor)).status_code == 302
    assert api(doctor).patch(url, {"date": "9999-01-02"}).status_code == 400


def test_birth_date_after_a_visit_is_refused(page, api, doctor, root, record, consultation):
    """The reverse: a wrong birth date must not put an existing visit before birth."""
    visit = consultation.date
    invalid, valid = visit + timedelta(days=1), visit
    url, edit = f"/api/v1/patients/{record.pk}", f"/patients/{record.pk}/edit/"
    refused = api(doctor).patch(url, {"birth_date": invalid.isoformat()})
    (error,) = refused.json()["errors"]
    assert (error["code"], error["attr"]) == ("invalid_date", "birth_date")
    body = {"full_name": record.full_name, "birth_date": invalid.isoformat()}
    admin_url = f"/admin/consultations/patient/{record.pk}/change/"
    for answer in (
        page(doctor).post(edit, body),
        page(root).post(admin_url, body | {"created_by": doctor.pk}),
    ):
        assert codes_of(answer, "birth_date") == ["invalid_date"]
    assert api(doctor).patch(url, {"birth_date": valid.isoformat()}).status_code == 200
    assert api(doctor).patch(url, {"birth_date": None}, format="json").status_code == 200


def test_stored_invalid_birth_date_may_be_kept(page, doctor, record, consultation):
    """Otherwise nothing about such a patient could be changed."""
    Patient.objects.filter(pk=record.pk).update(birth_date=date(2026, 11, 20))
    body = {"full_name": record.full_name, "birth_date": "2026-11-20", "phone": "0102"}
    assert page(doctor).post(f"/patients/{record.pk}/edit/", body).status_code == 302
    record.refresh_from_db()
    assert record.phone == "0102"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_filters_accept_extreme_dates(page, api, doctor, image, user_image, day):
    """Such a filter must not break the list."""
    for url in (f"/api/v1/consultations?date={day}", f"/api/v1/gallery?date_from={day}"):
        assert api(doctor).get(url).status_code == 200
    answer = page(doctor).get(f"/gallery/?date_from=0001-01-01&date_to={day}")
    assert answer.status_code == 200
    total = api(doctor).get(f"/api/v1/gallery?date_from=0001-01-01&date_to={day}").json()["total"]
    assert total == (1 if day.startswith("9") else 0)


def test_date_inputs_offer_the_allowed_range(page, doctor, consultation, record, image):
    """A date that the browser offers must not be refused afterwards."""

    def date_limits(url, name):
        html = page(doctor).get(url).content.decode()
        field = re.search(rf'<input type="date" name="{name}"[^>]*>', html)[0]
        return [re.search(rf'{end}="([^"]*)"', field)[1] for end in ("min", "max")]

    latest = (TODAY + timedelta(days=366)).isoformat()
    born, today = BORN.isoformat(), TODAY.isoformat()
    for url in (f"new/?patient={record.pk}", f"{consultation.pk}/edit/"):
        assert date_limits(f"/consultations/{url}", "date") == [born, latest]
    assert date_limits(f"/patients/{record.pk}/edit/", "birth_date") == ["1880-01-01", today]
    assert date_limits(f"/consultations/images/{image.pk}/", "captured_on") == [born, today]
    Patient.objects.update(birth_date=None)
    assert date_limits(f"/consultations/images/{image.pk}/", "captured_on") == ["1900-01-01", today]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("day", ["2999-01-01", "1879-01-01", "0072-03-04", "9999-12-31"])
def test_date_errors_have_complete_messages(page, doctor, record, image, settings, language, day):
    """Django's own message for the code is about malformed dates and has a placeholder."""
    browser = page(doctor)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    patient_form = {"full_name": "Ada Petit", "birth_date": day}
    texts = [browser.post("/patients/new/", patient_form).context["form"].errors["birth_date"][0]]
    image_form = {"image_type": "macro", "captured_on": day}
    refused = browser.post(f"/consultations/images/{image.pk}/", image_form)
    texts += [refused.context["metadata_form"].errors["captured_on"][0]]
    for text in texts:
        assert "%(" not in text
        assert "YYYY" not in text
        assert "AAAA" not in text


def test_birth_date_after_an_image_is_refused(page, doctor, record, image):
    """Otherwise the image's form would be refused from then on, whatever is changed in it."""
    ConsultationImage.objects.update(captured_on=date(1990, 1, 1))
    patient_form = {"full_name": record.full_name, "birth_date": "2001-01-01"}
    refused = page(doctor).post(f"/patients/{record.pk}/edit/", patient_form)
    assert codes_of(refused, "birth_date") == ["invalid_date"]
    Patient.objects.update(birth_date=date(2001, 1, 1))  # as stored before this check existed
    image_form = {"image_type": "macro", "captured_on": "1990-01-01", "description": "Darker."}
    saved = page(doctor).post(f"/consultations/images/{image.pk}/", image_form)
    assert saved.status_code == 302
