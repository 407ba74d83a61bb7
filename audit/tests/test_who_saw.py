"""What the page "Who saw my images" shows of a sitting: which pictures, whose, by whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from audit import chain
from audit.models import Event
from audit.trail import Action, record
from consultations.services import add_image
from core.templatetags.dates import short_day
from testing.cast import make_user, upload


@pytest.fixture
def looked(page, image):
    """`looked(user, …)`: each looks at the image once."""

    def look(*users):
        for user in users:
            page(user).get(f"/consultations/images/{image.pk}/")
        chain.flush_pending()

    return look


@pytest.fixture
def shown(page):
    """`shown(user, query)`: the sittings that they are shown, and the page."""

    def show(user, query="did=looked"):
        answer = page(user).get(f"/audit/?{query}")
        chain.flush_pending()
        return answer.context["sittings"], answer.content.decode()

    return show


def test_the_pictures_seen_are_shown_and_the_patient_is_named(
    looked, shown, doctor, patient, image
):
    looked(patient, patient)
    (sitting, *_others), html = shown(doctor, "did=looked&who=others")
    assert [one.label for one in sitting.pictures] == [image.label], "once, however often looked at"
    assert image.thumbnail.name in html
    with override("fr"):
        person = f"{image.patient.full_name} ({short_day(image.patient.birth_date)})"
    assert sitting.patients == [person], "a namesake is somebody else"
    assert person in html


def test_a_patient_is_told_in_their_own_words(looked, shown, doctor, patient, image):
    """They know whose pictures these are, and are shown no address that could be a new one."""
    looked(doctor)
    (sitting, *_others), html = shown(patient, "did=looked&who=others")
    assert sitting.patients == []
    assert image.thumbnail.name in html
    assert sitting.marks == ["first_look"]
    assert "Votre dossier vu pour la première fois" in html
    assert "Dossier vu" not in html, "as a doctor is told"


def test_pictures_in_the_log_are_themselves_recorded(looked, shown, doctor, patient):
    """Otherwise somebody at an unattended screen could look at them here, and nobody would know."""
    looked(patient)
    before = Event.objects.filter(action="listed", kind="user", key=str(doctor.pk)).count()
    shown(doctor)
    after = Event.objects.filter(action="listed", kind="user", key=str(doctor.pk))
    assert after.count() == before + 1
    assert after.first().detail == {"images": 1}


def test_few_pictures_stand_for_many(shown, page, doctor, consultation, patient):
    images = [
        add_image(consultation=consultation, user=doctor, upload=upload(seed=seed))[0]
        for seed in range(8)
    ]
    for image in images:
        record(Action.VIEWED, image, actor=patient)
    chain.flush_pending()
    (sitting, *_others), _html = shown(doctor, "did=looked&who=others")
    assert (len(sitting.pictures), sitting.more_pictures) == (6, 2)


def test_one_person_can_be_chosen(looked, shown, doctor, patient, image):
    looked(doctor, patient)
    actors = {event.actor_id for sitting in shown(doctor)[0] for event in sitting.events}
    assert actors == {doctor.pk, patient.pk}
    for who, expected in ((str(patient.pk), {patient.pk}), ("others", {patient.pk})):
        found, html = shown(doctor, f"did=looked&who={who}")
        assert {event.actor_id for one in found for event in one.events} == expected
        assert f'<option value="{who}" selected>' in html


def test_nobody_else_can_be_chosen_or_is_named(looked, shown, doctor, other_doctor, image):
    """A number in the address must not tell who works here."""
    looked(doctor)
    _found, html = shown(doctor, f"who={other_doctor.pk}")
    assert other_doctor.full_name not in html


def test_what_is_no_longer_the_readers_is_not_shown(looked, shown, doctor, patient, image):
    looked(patient)
    image.consultation.patient.user = None
    image.consultation.patient.save()
    found, html = shown(patient, "did=looked")
    assert not any(sitting.pictures for sitting in found)
    assert image.thumbnail.name not in html


def test_many_people_cost_what_one_costs(shown, page, doctor, image):
    def cost():
        client = page(doctor)
        client.get("/audit/")
        chain.flush_pending()
        with CaptureQueriesContext(connection) as queries:
            found = client.get("/audit/?who=others").context["sittings"]
        return len(found), len(queries)

    def visited(*numbers):
        for number in numbers:
            record(Action.VIEWED, image, actor=make_user(f"p{number}@example.org", role="doctor"))
        chain.flush_pending()

    visited(1)
    few = cost()
    visited(*range(2, 9))
    many = cost()
    assert many[0] == few[0] + 7
    assert many[1] == few[1]
