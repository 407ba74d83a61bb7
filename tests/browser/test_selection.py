"""Many images of a consultation at once, in a real browser: mouse, keyboard, a finger held."""

import pytest
from playwright.sync_api import expect

from consultations import bin, services
from consultations.models import Consultation, ConsultationImage, Patient
from gallery.models import UserImage
from testing.cast import upload

from .page_faults import page_faults

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def images(consultation, doctor):
    """Five, as the page shows them."""
    for seed in range(1, 6):
        services.add_image(consultation=consultation, user=doctor, upload=upload(seed=seed))
    return list(consultation.images.in_order())


@pytest.fixture
def page(tab, doctor, consultation, images):
    opened = tab(doctor)
    opened.goto(f"/consultations/{consultation.pk}/")
    return opened


def chosen(page):
    return page.locator("[data-pick]:checked")


def bar_of(page):
    bar = page.locator("#selection")
    expect(bar).to_be_visible()
    return bar


@pytest.mark.both
def test_labelled_by_pointer(page, images, violations):
    """Fifteen pictures of one arm, labelled one by one, are fifteen journeys."""
    page.locator(f"[data-id='{images[0].pk}'] .pick").click()
    page.locator(f"[data-id='{images[2].pk}'] .pick").click(modifiers=["Shift"])
    expect(chosen(page)).to_have_count(3)
    page.locator(f"#image-{images[3].pk}").click()  # while choosing, a picture is chosen, too
    expect(chosen(page)).to_have_count(4)
    expect(page.locator("#viewer")).to_be_hidden()
    bar = bar_of(page)
    expect(bar.locator("[data-selection-count]")).to_have_text("4 selected")
    bar.locator("summary").click()
    bar.get_by_label("Type", exact=True).select_option("macro")
    bar.get_by_label("Body site").select_option("70559009")
    bar.get_by_role("button", name="Apply").click()
    expect(bar.get_by_text("Which side?")).to_be_visible()
    expect(bar.get_by_label("Side", exact=True)).to_be_focused()
    assert not ConsultationImage.objects.filter(body_site="70559009").exists()
    bar.get_by_label("Side", exact=True).select_option("left")
    bar.get_by_role("button", name="Apply").click()
    expect(page.locator("#images .cap-site", has_text="Forearm, front, left")).to_have_count(4)
    expect(chosen(page)).to_have_count(4)
    assert ConsultationImage.objects.filter(image_type="macro", laterality="left").count() == 4
    page.keyboard.press("Escape")
    page.locator(f"#image-{images[3].pk}").click()
    viewer = page.locator("#viewer")
    expect(viewer).to_be_visible()
    page.keyboard.press("e")
    viewer.locator("[name=image_type]").select_option("overview")
    viewer.get_by_role("button", name="Save", exact=True).click()
    expect(viewer.locator(".viewer-edit")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#images .cap b", has_text="Overview")).to_have_count(1)
    page.locator(f"[data-id='{images[3].pk}'] .pick").click()  # a tile drawn anew has its box, too
    expect(chosen(page)).to_have_count(1)
    assert not violations


@pytest.mark.both
def test_deleted_by_keyboard_and_brought_back(page, images, violations):
    page.locator(f"#pick-{images[0].pk}").focus()
    page.keyboard.press("Space")
    page.locator(f"#pick-{images[1].pk}").focus()
    page.keyboard.press("Shift+Space")
    bar = bar_of(page)
    page.locator(f"#pick-{images[1].pk}").focus()
    page.keyboard.press("Control+a")
    expect(chosen(page)).to_have_count(5)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.locator(f"#pick-{images[0].pk}").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # from there to the bar, whatever is tabbed to between
    expect(bar.locator("summary")).to_be_focused()
    bar.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#images .tile")).to_have_count(4)
    expect(page.locator("[data-count]")).to_have_text("4")
    undo = page.locator("#toasts").get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    assert ConsultationImage.all_rows.get(pk=images[0].pk).deleted_at
    page.keyboard.press("Enter")
    expect(page.locator("#images .tile")).to_have_count(5)
    expect(page.locator(f"#pick-{images[0].pk}")).to_be_focused()
    assert not violations


def test_a_finger_held_begins(tab, doctor, consultation, images, violations):
    page = tab(doctor, has_touch=True, viewport={"width": 390, "height": 800})
    page.goto(f"/consultations/{consultation.pk}/")
    expect(page.locator("[data-pick]")).to_have_count(5)
    finger = page.context.new_cdp_session(page)  # the clicks of a script are none of a finger's
    box = page.locator(f"#image-{images[0].pk}").bounding_box()
    at = {"x": box["x"] + 20, "y": box["y"] + 20}
    touch = "Input.dispatchTouchEvent"
    finger.send(touch, {"type": "touchStart", "touchPoints": [at]})
    expect(chosen(page)).to_have_count(1)
    finger.send(touch, {"type": "touchEnd", "touchPoints": []})
    expect(chosen(page)).to_have_count(1)
    expect(page.locator("#viewer")).to_be_hidden()
    bar_of(page)
    page.locator(f"#image-{images[1].pk}").tap()
    expect(chosen(page)).to_have_count(2)
    page.locator("[data-selection-clear]").click()
    page.locator(f"#image-{images[1].pk}").tap()
    expect(page.locator("#viewer")).to_be_visible()
    assert not violations


def test_moved_from_a_selection(page, doctor, consultation, images, violations):
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=other)
    for image in images[:2]:
        page.locator(f"[data-id='{image.pk}'] .pick").click()
    bar_of(page).get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("heading", name="Move 2 images")).to_be_visible()
    page.get_by_placeholder("Name or file number").fill("petit")
    page.get_by_role("button", name="Jean Petit").click()
    expect(page.locator("#images .tile")).to_have_count(3)
    expect(page.locator("#toasts")).to_contain_text("2 images moved to Jean Petit")
    assert visit.images.count() == 2
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#images .tile")).to_have_count(5)
    assert not visit.images.exists()
    assert not violations


def test_downloaded_and_sent_to_the_gallery(page, doctor, images, violations):
    for image in images[:2]:
        page.locator(f"[data-id='{image.pk}'] .pick").click()
    bar = bar_of(page)
    with page.expect_download() as download:
        bar.get_by_role("button", name="Download as ZIP").click()
    assert download.value.suggested_filename == "images.zip"
    bar.get_by_role("button", name="Remove the background").click()
    expect(page.locator("#toasts")).to_contain_text("Remove the background: 2 images")
    assert UserImage.objects.visible_to(doctor).count() == 2
    assert not violations


def test_a_patient_has_no_button_that_changes(tab, patient, consultation, images, violations):
    page = tab(patient)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator(f"[data-id='{images[0].pk}'] .pick").click()
    bar = bar_of(page)
    expect(bar.get_by_role("button", name="Download as ZIP")).to_be_visible()
    for name in ("Delete", "Move", "Apply"):
        expect(bar.get_by_role("button", name=name, exact=True)).to_have_count(0)
    assert not violations


def test_on_the_patients_page(page, record, images):
    page.goto(f"/patients/{record.pk}/")
    page.locator(f"[data-id='{images[0].pk}'] .pick").click()
    bar_of(page)
    page.get_by_label("Type").first.select_option("dermoscopy")
    expect(page.locator("#images .tile")).to_have_count(0)
    expect(page.locator("#selection")).to_be_hidden()


def test_how_it_looks(page, images, doctor):
    page.locator(f"[data-id='{images[0].pk}'] .pick").click()
    bar = bar_of(page)
    found = page_faults(page, "selection")
    bar.locator("summary").click()
    found += page_faults(page, "selection's menu")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for button in bar.locator(".btn:visible").all():
            box = button.bounding_box()
            assert box["x"] >= 0, width
            assert box["x"] + box["width"] <= width, width
    bin.put_away_images(ConsultationImage.objects.filter(pk=images[0].pk))
    found += page_faults(page, "bin", path="/consultations/bin/")
    page.locator("[data-pick]").check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="Delete 1 image for good?")).to_be_visible()
    found += page_faults(page, "for good")
    page.goto(f"/consultations/images/{images[1].pk}/move/")
    found += page_faults(page, "move")
    assert not found
