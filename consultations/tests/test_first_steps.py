"""What an empty practice is told to do; it goes away by itself."""

from datetime import date

from consultations.models import Consultation, Patient


def steps(page, user):
    return page(user).get("/").context["first_steps"]


def test_the_steps_are_done_one_by_one_and_go_away(page, doctor, consultation, image):
    assert steps(page, doctor) is None, "there is a picture"
    image.delete()
    assert steps(page, doctor) == {"patient": True, "consultation": consultation}
    consultation.delete()
    assert steps(page, doctor) == {"patient": True, "consultation": None}
    Patient.objects.all().delete()
    assert steps(page, doctor) == {"patient": False, "consultation": None}


def test_a_practice_that_works_without_pictures_is_not_told_for_ever(page, doctor, record):
    for month in range(1, 9):
        Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, month, 1))
    assert steps(page, doctor) is None
