"""The page to move images from: the same patient's visits first, any other by a search, undone."""

from datetime import date

import pytest
from django.urls import reverse

from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from testing.cast import upload

PATH = reverse("images_move")


@pytest.fixture
def page(client, doctor):
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def sibling(doctor, record):
    """Another visit of the same patient."""
    return Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 10, 1))


@pytest.fixture
def elsewhere(doctor):
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    return Consultation.objects.create(doctor=doctor, patient=other, date=date(2026, 11, 10))


def text(response):
    return response.content.decode()


def offers(body, visit):
    return f'name="consultation" value="{visit.pk}"' in body


def test_the_same_patients_visits_come_first(page, image, sibling, elsewhere, consultation):
    link = reverse("image_move", args=[image.pk])
    assert link in text(page.get(reverse("image_detail", args=[image.pk])))
    shown = text(page.get(link))
    assert not offers(shown, consultation), "where it is"
    first, second = (shown.index(f'value="{visit.pk}"') for visit in (sibling, elsewhere))
    assert first < second
    assert shown.index('type="submit"', shown.index('name="back"') - 400) < first


def test_others_are_found_by_their_patient(page, image, sibling, elsewhere, other_doctor):
    theirs = Consultation.objects.create(doctor=other_doctor, patient=elsewhere.patient)
    visit = image.consultation
    body = {"ids": [image.pk], "q": "petit"}
    for headers in ({}, {"HX-Request": "true"}):
        found = text(page.post(PATH, body, headers=headers))
        assert offers(found, elsewhere)
        assert not offers(found, theirs)
        assert not offers(text(page.post(PATH, body | {"q": "marie"}, headers=headers)), visit)
        assert ("<html" in found) == (not headers)
    assert 'value="petit"' in text(page.post(PATH, body))


def test_moved_and_undone(page, image, elsewhere, consultation):
    back = reverse("consultation_detail", args=[consultation.pk])
    body = {"ids": [image.pk], "consultation": elsewhere.pk, "back": back}
    answer = page.post(PATH, body)
    assert answer["Location"] == back
    assert elsewhere.images.get() == image
    told = text(page.get(back))
    assert "Jean Petit" in told
    assert offers(told, consultation)
    page.post(PATH, {"ids": [image.pk], "consultation": consultation.pk})
    assert consultation.images.get() == image


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_back_stays_with_us(page, image, elsewhere, back):
    answer = page.post(PATH, {"ids": [image.pk], "consultation": elsewhere.pk, "back": back})
    assert answer["Location"] == reverse("home")


def test_refused_with_the_reason(page, doctor, image, elsewhere):
    services.add_image(consultation=elsewhere, user=doctor, upload=upload())
    answer = page.post(PATH, {"ids": [image.pk], "consultation": elsewhere.pk})
    assert answer.status_code == 409
    assert image.original_filename in text(answer)
    assert elsewhere.images.count() == 1


def test_anothers_image_is_not_there(client, other_doctor, image, elsewhere):
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    for body in ({"ids": [image.pk]}, {"ids": [image.pk], "consultation": elsewhere.pk}):
        assert client.post(PATH, body).status_code == 404
    assert ConsultationImage.objects.get().consultation_id == image.consultation_id


def test_nothing_chosen(page):
    assert page.post(PATH, {}).status_code == 302
