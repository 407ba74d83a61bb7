"""A picture's metadata as the viewer edits it: a fragment of the image's page, saved in place.

Lost would be a look at a record that is not one's own, and what a colleague saved meanwhile.
"""

import pytest
from django.urls import reverse

from audit import chain
from audit.models import Event
from consultations import services
from consultations.models import ConsultationImage

HTMX = {"HX-Request": "true"}
FOREHEAD = "68698007"


@pytest.fixture
def url(image):
    return reverse("image_detail", args=[image.pk])


@pytest.fixture
def form(page, doctor, url):
    """`form(**changes)`: what the viewer would post after it has fetched the form."""
    fetched = page(doctor).get(url, headers=HTMX).context["metadata_form"]
    shown = {bound.html_name: bound.value() for bound in fetched}
    shown = {name: value for name, value in shown.items() if value not in (None, False, "")}
    return lambda **changes: shown | {"version": fetched.version} | changes


@pytest.mark.parametrize(
    ("actor", "status"),
    [("doctor", 200), ("other_doctor", 404), ("patient", 403), ("staff", 404), ("stranger", 302)],
)
def test_who_gets_the_form(page, request, url, actor, status):
    browser = page(request.getfixturevalue(actor))
    assert browser.get(url, headers=HTMX).status_code == status
    changed = browser.post(url, {"image_type": "macro", "description": "x"}, headers=HTMX)
    assert changed.status_code == status
    expected = "x" if actor == "doctor" else ""
    assert ConsultationImage.objects.get().description == expected


def test_the_form_is_a_part_with_ids_of_its_own(page, doctor, url):
    """The consultation's page has the upload modal's form: its labels would lead into this one."""
    answer = page(doctor).get(url, headers=HTMX)
    html = answer.content.decode()
    assert "<html" not in html
    assert 'id="viewer_image_type"' in html
    assert 'id="id_' not in html
    assert "HX-Request" in answer["Vary"]
    assert f'data-draft-path="{url}"' in html


def test_saved_it_answers_the_tile(page, doctor, image, url, form):
    changes = {"image_type": "overview", "body_site": FOREHEAD}
    answer = page(doctor).post(url, form(**changes), headers=HTMX | {"Accept-Language": "en"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.startswith(f'<li class="tile" data-viewer-item data-id="{image.pk}"')
    assert "Overview" in html
    assert "data-editable" in html
    assert ConsultationImage.objects.get().image_type == "overview"
    chain.flush_pending()
    told = Event.objects.get(action="changed")
    assert told.detail["fields"] == ["body_site", "image_type"]


def test_a_form_without_a_side_comes_again(page, doctor, url, form):
    answer = page(doctor).post(url, form(body_site="70559009"), headers=HTMX)
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    assert answer.context["metadata_form"].has_error("laterality", "required")
    assert not ConsultationImage.objects.get().body_site


def test_what_a_colleague_saved_is_merged_or_asked_about(page, doctor, image, url, form):
    """As on the image's page: nothing is overwritten without a word."""
    image = ConsultationImage.objects.get()
    services.update_image(
        image, as_of=image.updated_at, user=doctor, description="Theirs.", image_type="macro"
    )
    merged = page(doctor).post(url, form(body_location="scapula"), headers=HTMX)
    assert merged.status_code == 200
    image.refresh_from_db()
    assert (image.description, image.body_location) == ("Theirs.", "scapula")
    asked = page(doctor).post(url, form(description="Mine."), headers=HTMX)
    html = asked.content.decode()
    assert asked.status_code == 409
    assert "Theirs." in html
    assert 'name="keep-description"' in html
    image.refresh_from_db()
    assert image.description == "Theirs."


def test_the_page_is_whole_without_htmx(page, doctor, url):
    assert "<html" in page(doctor).get(url).content.decode()
    restored = page(doctor).get(url, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()
