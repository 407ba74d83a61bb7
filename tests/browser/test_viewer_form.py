"""What is said of a picture, edited beside it: one key saves, and the next picture waits."""

import pytest
from playwright.sync_api import expect

from consultations import services
from consultations.models import ConsultationImage, Revision
from testing.cast import upload

from .page_faults import DESKTOP, PHONE, accessibility_violations

FOREHEAD, FOREARM = "68698007", "70559009"


@pytest.fixture
def images(consultation, doctor, cached_processing):
    for seed in (1, 2, 3):
        services.add_image(consultation=consultation, user=doctor, upload=upload(seed=seed))
    return list(consultation.images.order_by("-pk"))


@pytest.fixture
def viewer(tab, doctor, consultation, images):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").first.click()
    return page.locator("#viewer")


def field(viewer, name):
    return viewer.locator(f".viewer-edit [name={name}]")


@pytest.mark.both
def test_three_pictures_without_leaving_the_viewer(viewer, images, violations):
    """It took a journey to each picture's page and back."""
    page = viewer.page
    page.keyboard.press("e")
    expect(field(viewer, "image_type")).to_be_focused()
    for number, (kind, place) in enumerate([("macro", 1), ("overview", 2), ("dermoscopy", 3)]):
        expect(viewer.locator("[data-position]")).to_have_text(f"{place} / 3")
        expect(field(viewer, "image_type")).to_be_focused()
        expect(field(viewer, "image_type")).to_have_value("")
        field(viewer, "image_type").select_option(kind)
        field(viewer, "body_site").select_option(FOREHEAD)
        field(viewer, "description").fill(f"Number {number}.")
        field(viewer, "image_type").focus()
        page.keyboard.press("Enter")
    expect(viewer.locator(".viewer-edit")).to_be_hidden()  # there is no fourth
    expect(viewer.locator("[data-facts-slot]")).to_contain_text("Number 2.")
    stored = [ConsultationImage.objects.get(pk=image.pk) for image in images]
    assert [one.image_type for one in stored] == ["macro", "overview", "dermoscopy"]
    assert {one.body_site for one in stored} == {FOREHEAD}
    assert [one.description for one in stored] == ["Number 0.", "Number 1.", "Number 2."]
    assert Revision.objects.count() == 3
    expect(page.locator("#images .tile").nth(1)).to_contain_text("Overview")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    assert not violations


def test_what_is_missing_is_said_and_a_long_text_has_lines(viewer, images, violations):
    page = viewer.page
    page.keyboard.press("e")
    field(viewer, "body_site").select_option(FOREARM)
    field(viewer, "description").press_sequentially("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Control+Enter")
    expect(viewer.get_by_text("Which side?").last).to_be_visible()
    expect(viewer.locator("[data-position]")).to_have_text("1 / 3")
    viewer.get_by_label("Left", exact=True).check()
    page.keyboard.press("Enter")
    expect(viewer.locator("[data-position]")).to_have_text("2 / 3")
    stored = ConsultationImage.objects.get(pk=images[0].pk)
    assert (stored.laterality, stored.description.split()) == ("left", ["one", "two"])
    assert not violations


def test_nothing_typed_is_lost(viewer, images, violations):
    """Neither by the next picture nor by Esc, Back or a reload."""
    page = viewer.page
    page.keyboard.press("e")
    field(viewer, "description").fill("Typed.")
    asked = viewer.locator("[data-unsaved]")
    viewer.locator("[data-do=next]").click()
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="Go on editing").click()
    field(viewer, "description").focus()
    expect(viewer.locator("[data-position]")).to_have_text("1 / 3")
    page.keyboard.press("Escape")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(field(viewer, "description")).to_be_focused()
    page.go_back()
    expect(asked).to_be_visible()
    expect(viewer).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(field(viewer, "description")).to_have_value("Typed.")
    expect(viewer).to_contain_text("Unsaved text was recovered")
    viewer.locator("[data-do=next]").click()
    asked.get_by_role("button", name="Save", exact=True).click()
    expect(viewer.locator("[data-position]")).to_have_text("2 / 3")
    expect(field(viewer, "description")).to_have_value("")
    assert ConsultationImage.objects.get(pk=images[0].pk).description == "Typed."
    field(viewer, "description").fill("No.")
    viewer.locator("[data-strip] button").nth(2).click()
    asked.get_by_role("button", name="Do not save").click()
    expect(viewer.locator("[data-position]")).to_have_text("3 / 3")
    assert ConsultationImage.objects.filter(description="No.").count() == 0
    assert not violations


def test_a_colleagues_text_is_asked_about(viewer, images, doctor, violations):
    page = viewer.page
    page.keyboard.press("e")
    field(viewer, "description").fill("Mine.")
    services.update_image(images[0], user=doctor, description="Theirs.", body_location="scapula")
    field(viewer, "image_type").focus()
    page.keyboard.press("Enter")
    expect(viewer.locator(".stale")).to_contain_text("Theirs.")
    viewer.locator(".stale input[value=mine]").check()
    page.keyboard.press("Enter")
    expect(viewer.locator("[data-position]")).to_have_text("2 / 3")
    stored = ConsultationImage.objects.get(pk=images[0].pk)
    assert (stored.description, stored.body_location) == ("Mine.", "scapula")
    assert not violations


def test_a_lost_connection_and_a_lost_session(viewer, images):
    page = viewer.page
    page.keyboard.press("e")
    field(viewer, "description").fill("Kept.")
    page.context.set_offline(True)
    viewer.get_by_role("button", name="Save, then next").click()
    expect(viewer.locator("[data-problem]")).to_contain_text("No connection")
    page.context.set_offline(False)
    page.context.clear_cookies(name="sessionid")
    viewer.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Your session has expired")
    dialog.get_by_role("button", name="Later").click()
    expect(viewer.locator("[data-problem]")).to_contain_text("session has expired")
    expect(field(viewer, "description")).to_have_value("Kept.")


def test_primary_and_the_letter_that_marks_it(viewer, images, violations):
    """The viewer's library flips a picture with the same letter."""
    page = viewer.page
    page.keyboard.press("e")
    field(viewer, "is_primary").check()
    page.keyboard.press("Enter")
    expect(viewer.locator("[data-position]")).to_have_text("2 / 3")
    assert ConsultationImage.objects.get(is_primary=True).pk == images[0].pk
    expect(page.locator("#images .tile .star")).to_have_count(1)
    page.keyboard.press("Escape")
    viewer.locator(".openseadragon-canvas").click()
    page.keyboard.press("f")
    expect(viewer.locator("[data-position]")).to_have_text("1 / 3")  # a primary image comes first
    assert ConsultationImage.objects.get(is_primary=True).pk == images[1].pk
    assert not violations


def test_a_patient_has_no_form(tab, patient, consultation, images):
    page = tab(patient)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").first.click()
    viewer = page.locator("#viewer")
    expect(viewer.locator("[data-position]")).to_have_text("1 / 3")
    page.keyboard.press("e")
    expect(viewer.locator("[data-do=edit]")).to_be_hidden()
    page.wait_for_timeout(300)
    expect(viewer.locator(".viewer-edit")).to_be_hidden()


def test_the_form_is_accessible_and_goes_with_the_information(viewer, violations):
    page = viewer.page
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        page.keyboard.press("e")
        expect(field(viewer, "image_type")).to_be_focused()
        assert not accessibility_violations(page)
        field(viewer, "description").fill("Typed.")
        viewer.locator(".viewer-tools [data-do=info]").click()
        assert not accessibility_violations(page)
        viewer.get_by_role("button", name="Do not save").click()
        expect(viewer.locator("#viewer-side")).to_be_hidden()
    assert not violations
