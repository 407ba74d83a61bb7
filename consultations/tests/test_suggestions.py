"""What the search in the bar suggests. Lost would be: the right one of two namesakes, or the name
of a patient, to somebody whose patient they are not."""

from datetime import date

import pytest

from audit.models import Event, PendingEvent
from consultations.models import Consultation, Patient

URL = "/patients/suggestions/"


def suggested(page, user, words):
    return page(user).get(URL, {"q": words}).context["suggestions"]


def test_a_patient_with_their_last_visit_and_its_picture(page, doctor, record, image):
    Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 20))
    (found,) = suggested(page, doctor, "lefevre")
    assert found.patient == record
    assert found.last_visit == date(2026, 11, 20)
    assert found.thumbnail.startswith(f"/media/thumbnails/{image.thumbnail.name}?")


def test_a_patient_without_a_visit(page, doctor, record):
    (found,) = suggested(page, doctor, "04/03/1972")
    assert (found.patient, found.last_visit, found.thumbnail) == (record, None, "")


def test_another_doctors_visit_and_picture_are_not_told(page, other_doctor, record, image):
    Patient.objects.filter(pk=record.pk).update(created_by=other_doctor)
    (found,) = suggested(page, other_doctor, "lefevre")
    assert (found.last_visit, found.thumbnail) == (None, "")


def test_nobody_elses_patients(page, other_doctor, record):
    assert suggested(page, other_doctor, "lefevre") == []


def test_without_words_nobody(page, doctor, record):
    assert suggested(page, doctor, " ") == []


def test_without_a_result_blanks_are_ignored(page, doctor):
    found = Patient.objects.create(full_name="Mc Donald", created_by=doctor)
    assert [one.patient for one in suggested(page, doctor, "mcdonald")] == [found]


def test_at_most_seven_and_a_way_to_the_others(page, doctor):
    for number in range(9):
        Patient.objects.create(full_name=f"Anna {number}", created_by=doctor)
    answer = page(doctor).get(URL, {"q": "anna"})
    assert answer.content.decode().count('role="option"') == 8
    assert 'href="/patients/?q=anna"' in answer.content.decode()


def test_more_of_them_ask_no_more_of_the_database(page, doctor, questions):
    Patient.objects.create(full_name="Anna 0", created_by=doctor)
    client = page(doctor)
    one = questions(lambda: client.get(URL, {"q": "anna"}))
    for number in range(1, 6):
        Patient.objects.create(full_name=f"Anna {number}", created_by=doctor)
    assert questions(lambda: client.get(URL, {"q": "anna"})) == one


@pytest.mark.parametrize(("words", "events"), [("lefevre", 1), ("nobody", 0)])
def test_a_picture_that_is_shown_is_in_the_audit_log(page, doctor, image, words, events):
    def told():
        return Event.objects.count() + PendingEvent.objects.count()

    client, before = page(doctor), told()
    client.get(URL, {"q": words})
    assert told() == before + events
