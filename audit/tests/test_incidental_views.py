"""Images that are delivered along with something else count as seen, and are recorded."""

import pytest
from django.urls import reverse

LIST_URL = "admin:consultations_consultationimage_changelist"
CHANGE_URL = "admin:consultations_consultationimage_change"


@pytest.fixture
def new_events(events):
    return lambda: [(event.action, event.kind, event.key) for event in events()]


@pytest.fixture
def admin(client, superuser):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_empty_patch_is_recorded_as_a_view(api, doctor, image, new_events):
    """The answer contains the URLs of display and original, as a GET does."""
    new_events()
    answer = api(doctor).patch(reverse("api-image-detail", args=[image.pk]), {}, format="json")
    assert answer.json()["original_url"]
    assert new_events() == [("viewed", "consultation_image", str(image.pk))]


def test_refused_admin_form_is_recorded_as_a_view(admin, image, new_events):
    new_events()
    answer = admin.post(reverse(CHANGE_URL, args=[image.pk]), {"image_type": "none of them"})
    assert image.display.name in answer.content.decode()
    assert new_events() == [("viewed", "consultation_image", str(image.pk))]


def test_admin_image_lists_are_recorded(admin, image, user_image, new_events):
    new_events()
    pages = {
        LIST_URL: [("listed", "consultation_image", str(image.pk))],
        "admin:gallery_userimage_changelist": [("listed", "gallery_image", str(user_image.pk))],
    }
    for page, events in pages.items():
        assert "/media/thumbnails/" in admin.get(reverse(page)).content.decode()
        assert new_events() == events
    assert admin.get(reverse(LIST_URL), {"q": "no such image"}).status_code == 200
    assert new_events() == []


def test_admin_consultation_page_is_recorded(admin, image, consultation, new_events):
    new_events()
    place = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    assert image.thumbnail.name in admin.get(place).content.decode()
    assert new_events() == [("listed", "consultation", str(consultation.pk))]


@pytest.mark.parametrize("path", ["/", "/consultations/"])
def test_consultation_lists_with_thumbnails_are_recorded(
    page, doctor, consultation, image, events, path
):
    """Somebody at an unattended screen could page through these lists and see every patient."""
    browser = page(doctor)
    events()  # the login
    assert image.thumbnail.name in browser.get(path).content.decode()
    (event,) = events()
    assert (event.action, event.kind, event.key) == ("listed", "user", str(doctor.pk))
    assert event.detail == {"images": 1, "consultations": [consultation.pk]}


def test_consultation_list_without_images_is_not_recorded(page, doctor, consultation, new_events):
    browser = page(doctor)
    new_events()  # the login
    assert browser.get("/consultations/").status_code == 200
    assert new_events() == []


def test_patients_home_with_thumbnails_is_recorded(page, patient, consultation, image, new_events):
    browser = page(patient)
    new_events()  # the login
    assert image.thumbnail.name in browser.get("/").content.decode()
    assert new_events() == [("listed", "user", str(patient.pk))]


def test_delete_confirmation_is_recorded_as_a_view(page, doctor, image, new_events):
    browser = page(doctor)
    new_events()  # the login
    confirmation = browser.get(reverse("image_delete", args=[image.pk]))
    assert image.thumbnail.name in confirmation.content.decode()
    assert new_events() == [("viewed", "consultation_image", str(image.pk))]


@pytest.mark.parametrize("path", ["/gallery/", "/api/v1/gallery"])
def test_gallery_lists_are_recorded(page, doctor, user_image, new_events, path):
    """The API's list contains the URL of every original: without an event, a stolen token would
    give access to them without a trace in the log."""
    browser = page(doctor)
    new_events()  # the login
    assert user_image.thumbnail.name in browser.get(path).content.decode()
    assert new_events() == [("listed", "user", str(doctor.pk))]


def test_retry_is_recorded_as_a_view(api, doctor, user_image, new_events):
    """The answer contains the image with its URLs."""
    new_events()
    answer = api(doctor).post(reverse("api-userimage-retry", args=[user_image.pk]), {})
    assert answer.json()["original_url"]
    assert new_events() == [("viewed", "gallery_image", str(user_image.pk))]
