"""What is proposed for new pictures, what is left to complete, and the walk through it."""

import pytest
from playwright.sync_api import expect

from consultations import services
from consultations.models import ConsultationImage
from testing.cast import drawn, upload
from tools import phantoms

from .page_faults import PHONE, accessibility_violations

NOSE, BACK, FOREARM = "113179006", "66643007", "70559009"
TOUCH = {"viewport": {"width": PHONE, "height": 740}, "has_touch": True, "is_mobile": True}


def picture(name, image):
    return {"name": name, "mimeType": "image/jpeg", "buffer": phantoms.encode(image, "JPEG")}


@pytest.fixture
def pictures():
    """Through a dermoscope, whose field is round, and without."""
    lesion = phantoms.Lesion(1)
    through = phantoms.dermoscopy(1, size=(640, 480), lesion=lesion)
    return [picture("through.jpg", through), picture("macro.jpg", drawn(2, (640, 480)))]


@pytest.fixture
def visit(consultation, doctor, cached_processing):
    """For a nose, with four images of which the first three are incomplete, each differently."""
    consultation.reason = "Lésion du nez"
    consultation.save()
    said = [
        {"image_type": "macro", "body_site": BACK},
        {"image_type": "macro"},
        {"body_site": BACK},
        {},
    ]
    for seed, fields in enumerate(said):
        upload_ = upload(seed=seed)
        services.add_image(consultation=consultation, user=doctor, upload=upload_, **fields)
    return f"/consultations/{consultation.pk}/"


# Somebody presses Enter once more, at the moment in which the next picture's form has the focus.
PRESSED_AT_SIGHT = """() => document.addEventListener("focusin", ({ target }) => {
    if (!target.closest(".viewer-edit")) return;
    const once = { key: "Enter", bubbles: true, cancelable: true };
    target.dispatchEvent(new KeyboardEvent("keydown", once));
})"""
CHANGED = """() => void import("/static/js/components/images-changed.js")
    .then(({ refresh }) => refresh())"""


@pytest.mark.both
def test_proposals_are_seen_and_left_and_what_is_missing_is_walked_through(
    tab, doctor, consultation, visit, pictures, violations
):
    """Values that nobody was asked about were "other" and "not specified" on every image."""
    page = tab(doctor, reduced_motion="reduce")
    page.goto(visit)
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    site, kind = modal.locator("[name=body_site]"), modal.locator("[name=image_type]")
    told = modal.locator("[data-proposed-list]")
    expect(site).to_have_value(NOSE)
    expect(modal.locator("[data-field=body_site]")).to_have_attribute("data-unconfirmed", "")
    modal.locator("[data-browse-input]").set_input_files(pictures)
    tiles = modal.locator("[data-tile]")
    expect(tiles.nth(0).locator("[data-own]")).to_have_text("Dermoscopy")
    expect(tiles.nth(1).locator("[data-own]")).to_be_hidden()
    expect(told.locator("b")).to_have_text(["Nose", "Dermoscopy: 1 picture"])
    expect(told).to_contain_text("from the reason for the visit")
    assert not accessibility_violations(page)
    modal.locator("[data-proposed-clear]").click()
    expect(site).to_have_value("")
    expect(told).to_be_hidden()
    expect(tiles.nth(0).locator("[data-own]")).to_be_hidden()
    modal.locator("[data-close]").click()
    modal.locator("[data-ask-leave]").click()

    page.reload()
    page.locator("[data-open-upload]").first.click()
    modal.locator("[data-browse-input]").set_input_files(pictures)
    expect(tiles.nth(0).locator("[data-own]")).to_have_text("Dermoscopy")
    # "Close-up" of all does not mean the one through the dermoscope.
    kind.select_option("close_up")
    kind.focus()
    expect(tiles.nth(0).locator("[data-own]")).to_have_text("Dermoscopy")
    # From picture to picture without a detour: Enter; from the last one to the button that sends.
    scope = modal.locator("[data-scope-title]")
    for name, shown in (("through.jpg", "dermoscopy"), ("macro.jpg", "close_up")):
        page.keyboard.press("Enter")
        expect(scope).to_have_text(f"For {name}")
        expect(kind).to_be_focused()
        expect(kind).to_have_value(shown)
    kind.select_option("overview")
    kind.press("Enter")
    expect(scope).to_have_text("For all images")
    expect(modal.locator("[data-send]")).to_be_focused()
    site.focus()
    page.keyboard.press("Control+Enter")
    expect(modal).to_be_hidden()
    latest = ConsultationImage.objects.order_by("-pk")[:2]
    by_name = {image.original_filename: image for image in latest}
    stored = {name: (image.image_type, image.body_site) for name, image in by_name.items()}
    assert stored == {"through.jpg": ("dermoscopy", NOSE), "macro.jpg": ("overview", NOSE)}
    page.locator("[data-open-upload]").first.click()
    expect(told).to_contain_text("as the last image of this visit")
    assert kind.input_value() in ("dermoscopy", "overview")
    kind.select_option("macro")
    expect(modal.locator("[data-field=image_type]")).not_to_have_attribute("data-unconfirmed", "")
    expect(told.locator("b")).to_have_text("Nose")
    page.keyboard.press("Escape")

    walk = page.locator("[data-walk]")
    expect(walk).to_have_text("3 images to complete")
    expect(page.locator(".tile .cap-todo")).to_have_count(3)
    page.evaluate(PRESSED_AT_SIGHT)
    walk.click()
    viewer = page.locator("#viewer")
    waiting = [image.pk for image in ConsultationImage.objects.incomplete().order_by("-pk")]
    for pk, kind_of_it in zip(waiting, ("macro", "macro", ""), strict=True):
        expect(viewer.locator(f".viewer-form[action$='/{pk}/']")).to_be_visible()
        expect(viewer.locator(".viewer-edit [name=image_type]")).to_be_focused()
        if kind_of_it:
            viewer.locator(".viewer-edit [name=image_type]").select_option(kind_of_it)
        page.keyboard.up("Enter")  # held since the picture before, it has saved nothing here
        page.wait_for_timeout(500)
        page.keyboard.down("Enter")
        page.keyboard.down("Enter")
    expect(page.locator(".toast").last).to_have_text("2 images are still to complete.")
    expect(viewer.locator("[data-do=edit]")).to_be_focused()
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(viewer.locator(".viewer-edit")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(walk).to_have_text("2 images to complete")

    # A picture that comes while the page is being drawn anew: drawn once more.
    def stored_meanwhile(route):
        answer = route.fetch()
        made = upload(seed=9)
        services.add_image(consultation=consultation, user=doctor, upload=made)
        page.evaluate(CHANGED)
        route.fulfill(response=answer)

    page.route(f"**{visit}?*", stored_meanwhile, times=1)
    page.evaluate(CHANGED)
    expect(walk).to_have_text("3 images to complete")
    assert not violations


SMALL = """([selector, least]) => [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && !one.matches("[type=radio], [type=checkbox]"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < least || height < least)
    .map(([one]) => one.outerHTML.slice(0, 80))"""
TARGETS = "is(button, select, summary, label.seg-option, .field-check label, a.viewer-btn)"


def test_on_a_phone_pictures_come_first_and_targets_are_large(
    tab, doctor, visit, pictures, violations
):
    """Gloved fingers, and a form that stood between the pictures and the button that sends them."""
    page = tab(doctor, **TOUCH)
    page.goto(visit)
    page.locator("[data-open-upload]").first.tap()
    modal = page.locator("#upload")
    line, send = modal.locator("[data-fold]"), modal.locator("[data-send]")
    site = modal.locator("[name=body_site]")
    expect(line).to_have_text("Proposed for all: Nose")
    expect(site).to_be_hidden()
    modal.locator("[data-browse-input]").set_input_files([*pictures, *pictures])
    expect(modal.locator("[data-tile]").first.locator("[data-own]")).to_be_visible()
    expect(line).to_be_in_viewport(ratio=1)
    expect(send).to_be_in_viewport(ratio=1)
    above, below = line.bounding_box(), send.bounding_box()
    assert modal.locator("[data-drop]").bounding_box()["y"] < above["y"] < below["y"]
    line.tap()
    expect(site).to_be_in_viewport(ratio=1)
    site.select_option(FOREARM)
    modal.get_by_label("Left", exact=True).tap()
    assert not page.evaluate(SMALL, [f"#upload :{TARGETS}", 44])
    gloved = "#upload :is([data-browse], [data-camera-open], [data-send])"
    assert not page.evaluate(SMALL, [gloved, 48])
    assert not accessibility_violations(page)
    line.tap()
    expect(site).to_be_hidden()
    expect(line).to_have_text("For all: Forearm, front · left")
    expect(send).to_be_in_viewport(ratio=1)
    modal.locator("[data-select]").nth(1).tap()
    expect(modal.locator("[data-scope-title]")).to_have_text("For macro.jpg")
    expect(site).to_be_visible()
    assert not page.evaluate(SMALL, [f"#upload :{TARGETS}", 44])
    modal.locator("[data-close]").tap()
    modal.locator("[data-ask-leave]").tap()

    page.locator("[data-walk]").tap()
    viewer = page.locator("#viewer")
    expect(viewer.locator(".viewer-edit [name=image_type]")).to_be_visible()
    viewer.locator(".viewer-edit [name=body_site]").select_option(FOREARM)
    assert not page.evaluate(SMALL, [f"#viewer :{TARGETS}", 44])
    assert not violations
