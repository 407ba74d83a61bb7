"""Pictures that come along with something else: whoever was handed them has seen them."""

import pytest
from django.urls import reverse

LIST = "admin:consultations_consultationimage_changelist"
CHANGE = "admin:consultations_consultationimage_change"


@pytest.fixture
def told(events):
    return lambda: [(event.action, event.kind, event.key) for event in events()]


@pytest.fixture
def admin(client, superuser):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_change_of_nothing(api, doctor, image, told):
    """It answers the URLs of the display and of the original, as looking does."""
    told()
    answer = api(doctor).patch(reverse("api-image-detail", args=[image.pk]), {}, format="json")
    assert answer.json()["original_url"]
    assert told() == [("viewed", "consultation_image", str(image.pk))]


def test_a_form_with_a_mistake_in_the_admin(admin, image, told):
    told()
    answer = admin.post(reverse(CHANGE, args=[image.pk]), {"image_type": "none of them"})
    assert image.display.name in answer.content.decode()
    assert told() == [("viewed", "consultation_image", str(image.pk))]


def test_thumbnails_in_the_admins_lists(admin, image, user_image, told):
    told()
    pages = {
        LIST: [("listed", "consultation_image", str(image.pk))],
        "admin:gallery_userimage_changelist": [("listed", "gallery_image", str(user_image.pk))],
    }
    for page, events in pages.items():
        assert "/media/thumbnails/" in admin.get(reverse(page)).content.decode()
        assert told() == events
    assert admin.get(reverse(LIST), {"q": "no such image"}).status_code == 200
    assert told() == []


def test_thumbnails_on_a_consultations_page_in_the_admin(admin, image, consultation, told):
    told()
    place = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    assert image.thumbnail.name in admin.get(place).content.decode()
    assert told() == [("listed", "consultation", str(consultation.pk))]


@pytest.mark.parametrize("path", ["/", "/consultations/"])
def test_thumbnails_in_lists_of_consultations(page, doctor, consultation, image, events, path):
    """Whoever sits down at a session that was left open turns these pages and has seen every
    patient."""
    browser, _login = page(doctor), events()
    shown = browser.get(path).content.decode()
    assert image.thumbnail.name in shown
    (event,) = events()
    assert (event.action, event.kind, event.key) == ("listed", "user", str(doctor.pk))
    assert event.detail == {"images": 1, "consultations": [consultation.pk]}


def test_a_list_without_a_picture_tells_nothing(page, doctor, consultation, told):
    browser, _login = page(doctor), told()
    assert browser.get("/consultations/").status_code == 200
    assert told() == []


def test_thumbnails_on_a_patients_own_page(page, patient, consultation, image, told):
    browser, _login = page(patient), told()
    assert image.thumbnail.name in browser.get("/").content.decode()
    assert told() == [("listed", "user", str(patient.pk))]


def test_the_question_before_deleting(page, doctor, image, told):
    browser, _login = page(doctor), told()
    asked = browser.get(reverse("image_delete", args=[image.pk]))
    assert image.thumbnail.name in asked.content.decode()
    assert told() == [("viewed", "consultation_image", str(image.pk))]


@pytest.mark.parametrize("path", ["/gallery/", "/api/v1/gallery"])
def test_ones_own_gallery(page, doctor, user_image, told, path):
    """The API's list hands out every original: whoever stole a token would have them, unnoticed by
    their owner, who reads the log."""
    browser, _login = page(doctor), told()
    assert user_image.thumbnail.name in browser.get(path).content.decode()
    assert told() == [("listed", "user", str(doctor.pk))]


def test_an_image_queued_once_more(api, doctor, user_image, told):
    """The answer is the image, URLs and all."""
    told()
    asked = api(doctor).post(reverse("api-userimage-retry", args=[user_image.pk]), {})
    assert asked.json()["original_url"]
    assert told() == [("viewed", "gallery_image", str(user_image.pk))]
