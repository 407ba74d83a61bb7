"""The bar of actions on selected images, and the ZIP that its form asks for."""

import re
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


def checked(client, path):
    """The keys of the checkboxes of a page, whose bar is a plain form."""
    page = client.get(path).content.decode()
    assert f'<form class="selection is-long" id="selection" method="post" action="{BAR}"' in page
    return [int(key) for key in re.findall(r'name="ids" value="(\d+)" form="selection"', page)]


def test_without_scripts_a_page_can_be_asked_for_its_checkboxes(page, doctor, patient, image):
    """Choosing was only for those whose browser runs scripts: else each image was one journey."""
    for route, key in (
        ("consultation_detail", image.consultation_id),
        ("patient_detail", image.patient_id),
    ):
        here = reverse(route, args=[key])
        client = page(doctor)
        assert '<noscript><a class="btn" href="?choose=1">' in client.get(here).content.decode()
        assert checked(client, f"{here}?choose=1") == [image.pk]
        theirs = page(patient).get(f"{here}?choose=1").content.decode()
        assert f'formaction="{ZIP}"' in theirs
        assert 'value="delete"' not in theirs


NOSE, FOREARM = "113179006", "70559009"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"body_site": NOSE}, ("macro", NOSE, "")),
        ({"image_type": "other"}, ("other", "", "")),
        ({"body_site": FOREARM}, ("macro", "", "")),  # which side?
        ({"body_site": FOREARM, "laterality": "left"}, ("macro", FOREARM, "left")),
        ({"lesion": "999999"}, ("macro", "", "")),
        ({}, ("macro", "", "")),
    ],
)
def test_the_form_changes_what_it_says_and_goes_back(page, doctor, image, sent, stored):
    here = reverse("patient_detail", args=[image.patient_id])
    body = {"ids": [image.pk], "action": "edit", **sent}
    answer = page(doctor).post(BAR, body, HTTP_REFERER=f"http://testserver{here}?choose=1")
    assert answer["Location"].endswith(f"{here}?choose=1")
    image.refresh_from_db()
    assert (image.image_type, image.body_site, image.laterality) == stored


def test_the_form_compares_and_deletes(page, doctor, patient, image):
    answer = page(doctor).post(BAR, {"ids": [7, image.pk], "action": "compare"})
    assert answer["Location"] == f"{reverse('compare')}?images={image.pk},7"
    for user, left in ((patient, 1), (doctor, 0)):
        page(user).post(BAR, {"ids": [image.pk], "action": "delete"})
        assert image.consultation.images.count() == left
