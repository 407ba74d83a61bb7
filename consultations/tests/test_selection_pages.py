"""The bar of actions on selected images, and the ZIP that its form asks for."""

import zipfile
from io import BytesIO

import pytest
from django.urls import reverse

BAR, ZIP = reverse("images_selected"), reverse("images_download")


@pytest.fixture
def page(client):
    def signed_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def test_the_bar_is_not_in_the_page(page, doctor, image):
    """A page is read far more often than something is chosen on it."""
    here = reverse("consultation_detail", args=[image.consultation_id])
    shown = page(doctor).get(here).content.decode()
    assert f'data-grid="{BAR}?patient={image.patient_id}"' in shown
    assert "data-pick" not in shown
    assert "data-selection" not in shown


def test_who_is_offered_what(page, doctor, patient):
    def offered(user, **query):
        body = page(user).get(BAR, query).content.decode()
        return [word in body for word in ('value="delete"', 'name="body_site"', ZIP, "data-each")]

    assert offered(doctor, edit=1) == [True] * 4
    assert offered(doctor) == [False, False, True, True], "of their own record, as a patient"
    assert offered(patient, edit=1) == [False, False, True, True]


def test_nothing_in_it_must_be_filled_in(page, doctor):
    """A browser would hold back every button of the form, without a word where it is closed."""
    body = page(doctor).get(BAR, {"edit": 1}).content.decode()
    assert "required" not in body
    assert "data-paired" in body


def test_the_zip(page, doctor, other_doctor, image):
    answer = page(doctor).post(ZIP, {"ids": [image.pk]})
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        assert "manifest.csv" in archive.namelist()
        assert len(archive.namelist()) == 2
    here = reverse("consultation_detail", args=[image.consultation_id])
    for body in ({}, {"ids": ["x"]}):
        back = page(doctor).post(ZIP, body, HTTP_REFERER=f"http://testserver{here}")
        assert back["Location"].endswith(here)
    assert page(other_doctor).post(ZIP, {"ids": [image.pk]}).status_code == 302
