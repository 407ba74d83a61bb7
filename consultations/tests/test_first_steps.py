"""The first steps that the home page of an empty practice shows; they disappear by themselves."""

from datetime import date

from consultations.models import Consultation, Patient


def first_steps(page, user):
    return page(user).get("/").context["first_steps"]


def test_first_steps_are_completed_one_by_one_and_disappear(page, doctor, consultation, image):
    assert first_steps(page, doctor) is None, "there is an image"
    image.delete()
    assert first_steps(page, doctor) == {"patient": True, "consultation": consultation}
    consultation.delete()
    assert first_steps(page, doctor) == {"patient": True, "consultation": None}
    Patient.objects.all().delete()
    assert first_steps(page, doctor) == {"patient": False, "consultation": None}


def test_first_steps_disappear_for_a_practice_without_images(page, doctor, record):
    for month in range(1, 9):
        Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, month, 1))
    assert first_steps(page, doctor) is None
