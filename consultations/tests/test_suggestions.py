"""Suggestions of the search bar: they tell namesakes apart, and do not reveal other doctors'
patients."""

from datetime import date

import pytest

from audit.models import Event, PendingEvent
from consultations.models import Consultation, Patient

URL = "/patients/suggestions/"


def suggestions_for(page, user, words):
    return page(user).get(URL, {"q": words}).context["suggestions"]


def test_suggestion_has_the_last_visit_and_its_thumbnail(page, doctor, record, image):
    Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 20))
    (suggestion,) = suggestions_for(page, doctor, "lefevre")
    assert suggestion.patient == record
    assert suggestion.last_visit == date(2026, 11, 20)
    assert suggestion.thumbnail.startswith(f"/media/thumbnails/{image.thumbnail.name}?")


def test_suggestion_of_a_patient_without_visits(page, doctor, record):
    (suggestion,) = suggestions_for(page, doctor, "04/03/1972")
    assert (suggestion.patient, suggestion.last_visit, suggestion.thumbnail) == (record, None, "")


def test_suggestion_hides_other_doctors_visits_and_images(page, other_doctor, record, image):
    Patient.objects.filter(pk=record.pk).update(created_by=other_doctor)
    (suggestion,) = suggestions_for(page, other_doctor, "lefevre")
    assert (suggestion.last_visit, suggestion.thumbnail) == (None, "")


def test_other_doctors_patients_are_not_suggested(page, other_doctor, record):
    assert suggestions_for(page, other_doctor, "lefevre") == []


def test_empty_search_suggests_nobody(page, doctor, record):
    assert suggestions_for(page, doctor, " ") == []


def test_search_without_a_result_is_repeated_ignoring_spaces(page, doctor):
    patient = Patient.objects.create(full_name="Mc Donald", created_by=doctor)
    assert [suggestion.patient for suggestion in suggestions_for(page, doctor, "mcdonald")] == [
        patient
    ]


def test_at_most_seven_suggestions_and_a_link_to_all_results(page, doctor):
    for number in range(9):
        Patient.objects.create(full_name=f"Anna {number}", created_by=doctor)
    answer = page(doctor).get(URL, {"q": "anna"})
    assert answer.content.decode().count('role="option"') == 8
    assert 'href="/patients/?q=anna"' in answer.content.decode()


def test_query_count_does_not_grow_with_suggestions(page, doctor, count_queries):
    Patient.objects.create(full_name="Anna 0", created_by=doctor)
    client = page(doctor)
    count_for_one = count_queries(lambda: client.get(URL, {"q": "anna"}))
    for number in range(1, 6):
        Patient.objects.create(full_name=f"Anna {number}", created_by=doctor)
    assert count_queries(lambda: client.get(URL, {"q": "anna"})) == count_for_one


@pytest.mark.parametrize(("words", "events"), [("lefevre", 1), ("nobody", 0)])
def test_shown_thumbnails_are_recorded_in_the_audit_log(page, doctor, image, words, events):
    def count_events():
        return Event.objects.count() + PendingEvent.objects.count()

    client, count_before = page(doctor), count_events()
    client.get(URL, {"q": words})
    assert count_events() == count_before + events
