"""Django admin: thumbnails, facts that cannot be edited, deletion that takes the blobs."""

import re

import pytest

from conftest import blobs, make_user
from consultations.models import ConsultationImage

URL = "/admin/consultations/consultationimage/"


@pytest.fixture
def admin(client, db):
    user = make_user("root@example.org", is_staff=True, is_superuser=True, role="staff")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_list_and_form_opens(admin, image, consultation, record, doctor):
    for url in (
        URL,
        f"{URL}{image.pk}/change/",
        f"/admin/consultations/consultation/{consultation.pk}/change/",
        f"/admin/consultations/patient/{record.pk}/change/",
        "/admin/consultations/patient/?q=lef",
        "/admin/consultations/consultation/?q=lef",
        f"{URL}?q=IMG",
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{doctor.pk}/change/",
    ):
        assert admin.get(url).status_code == 200, url


def test_pictures_are_behind_signed_urls_only(admin, image, client):
    for url in (URL, f"{URL}{image.pk}/change/"):
        page = admin.get(url).content.decode()
        links = re.findall(r'(?:src|href)="(/media/[^"]+)"', page)
        assert links
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200
        assert 'type="file"' not in page


def test_images_are_not_added_here(admin):
    assert admin.get(f"{URL}add/").status_code == 403


def test_facts_cannot_be_edited_and_one_primary_stays(admin, image):
    body = {"image_type": "macro", "description": "x", "is_primary": "on", "sha256": "0" * 64}
    assert admin.post(f"{URL}{image.pk}/change/", body).status_code == 302
    changed = ConsultationImage.objects.get()
    assert (changed.description, changed.is_primary) == ("x", True)
    assert changed.sha256 == image.sha256


def test_deleting_many_takes_their_blobs(admin, image, django_capture_on_commit_callbacks):
    body = {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(URL, body)
    assert not ConsultationImage.objects.exists()
    assert blobs() == set()


def test_verify_originals(admin, image):
    body = {"action": "verify_originals", "_selected_action": [image.pk]}
    page = admin.post(URL, body, follow=True).content.decode()
    assert "messagelist" in page
    assert 'class="success"' in page
