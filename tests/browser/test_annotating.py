"""Annotations in the viewer: stored where they were drawn, and seen by who may see them."""

import pytest
from playwright.sync_api import expect

from annotations import services, w3c
from annotations.models import Annotation, Category
from annotations.shapes import Kind

from .page_faults import accessibility_violations
from .test_measuring import CORNERS, press, seen_at


def skin_at(page, image, x, y):
    """The picture's pixel at (x, y) in the window: the reverse of `seen_at`."""
    (ox, oy), (ax, ay), (bx, by) = page.evaluate(CORNERS)
    ux, uy, vx, vy = ax - ox, ay - oy, bx - ox, by - oy
    area = ux * vy - uy * vx
    across = ((x - ox) * vy - (y - oy) * vx) / area
    down = ((y - oy) * ux - (x - ox) * uy) / area
    return across * image.width, down * image.height


def middle_of(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, image, *places):
    """One stroke of the mouse."""
    (x, y), *rest = [seen_at(page, image, *place) for place in places]
    page.mouse.move(x, y)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def shapes():
    rows = Annotation.objects.order_by("pk")
    return [w3c.read(row.document) for row in rows]


@pytest.fixture
def shown(tab, doctor, image):
    """The viewer with the picture, turned and enlarged, and the panel open."""
    Category.objects.update_or_create(code="margin", defaults={"name": "Margin"})
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/?image={image.pk}")
    expect(page.locator("dialog.viewer [data-state='']")).to_be_visible()
    for key in ("+", "+", "r", "a"):
        page.keyboard.press(key)
    return page


def test_drawn_in_a_turned_and_enlarged_picture(
    shown, tab, doctor, other_doctor, patient, image, violations
):
    page, panel = shown, shown.locator(".annotating")
    entries, text = panel.locator("[data-annotation]"), panel.get_by_label("Text", exact=True)
    save = panel.get_by_role("button", name="Save", exact=True)

    # Nothing is kept of nothing.
    panel.get_by_role("button", name="Rectangle").click()
    text.press("Control+Enter")
    expect(panel.get_by_role("alert")).to_have_text("Place the points first.")

    # By a drag, which does not move the picture; the words have the focus then.
    panel.get_by_role("button", name="Rectangle").click()
    drag(page, image, (200, 150), (120, 90))
    expect(text).to_be_focused()
    page.keyboard.type("<b>Look</b> here")
    panel.get_by_label("Category").select_option("margin")
    panel.get_by_label("Share with the patient").check()
    save.click()
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("<b>Look</b> here")
    (box,) = shapes()
    assert (box.text, box.category, box.shared) == ("<b>Look</b> here", "margin", True)
    flat = [number for point in box.shape.points for number in point]
    assert flat == pytest.approx([120, 90, 200, 150], abs=1)

    # A stroke of the hand, and corners one by one, in a smaller window, turned again.
    page.set_viewport_size({"width": 1000, "height": 760})
    page.keyboard.press("r")
    panel.get_by_role("button", name="Freehand line").click()
    drag(page, image, (100, 100), (160, 140), (220, 110))
    save.click()
    expect(entries).to_have_count(2)
    stroke = shapes()[1].shape
    assert (stroke.kind, stroke.points[0]) == (Kind.FREEHAND, pytest.approx((100, 100), abs=1))
    assert stroke.points[-1] == pytest.approx((220, 110), abs=1)
    assert len(stroke.points) < 6, "the course of it, not every place"
    panel.get_by_role("button", name="Polygon").click()
    press(page, image, (110, 90), (190, 90), (150, 150), (110, 90))
    save.click()
    expect(entries).to_have_count(3)
    corners = [number for point in shapes()[2].shape.points for number in point]
    assert corners == pytest.approx([110, 90, 190, 90, 150, 150], abs=1)

    # By keyboard: from the middle, 30 px of the screen to the right; then the whole 10 px down.
    panel.get_by_role("button", name="Arrow", exact=True).focus()
    page.keyboard.press("Enter")
    middle = middle_of(page.locator("[data-canvas]").bounding_box())
    keys = ["Enter", *["Shift+ArrowRight"] * 3, "Enter", "Shift+ArrowDown", "Enter"]
    for key in keys:
        expect(page.locator("[data-place]:focus")).to_be_attached()
        page.keyboard.press(key)
    expect(text).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(entries).to_have_count(4)
    tail, head = shapes()[3].shape.points
    x, y = middle
    assert tail == pytest.approx(skin_at(page, image, x, y + 10), abs=1)
    assert head == pytest.approx(skin_at(page, image, x + 30, y + 10), abs=1)

    # Somebody changes it meanwhile; both are seen, and one's own is saved in its place.
    entries.nth(3).get_by_role("button", name="Edit").click()
    assert not accessibility_violations(page)
    text.fill("Mine")
    row = Annotation.objects.latest("pk")
    theirs = w3c.Content(w3c.read(row.document).shape, "Theirs")
    services.change_annotation(annotation=row, user=doctor, content=theirs)
    save.click()
    expect(panel.get_by_role("alertdialog")).to_contain_text("Theirs")
    expect(text).to_have_value("Mine")
    panel.get_by_role("button", name="Save mine in its place").click()
    expect(entries.nth(3)).to_contain_text("Mine")

    # Deleted and brought back; a press in the picture finds it in the list.
    entries.nth(3).get_by_role("button", name="Delete").click()
    expect(entries).to_have_count(3)
    page.locator("[data-notes]").get_by_role("button", name="Undo").click()
    expect(entries).to_have_count(4)
    press(page, image, (150, 90))
    expect(panel.locator("[data-current]")).to_have_count(1)

    # What is not saved comes back after a reload.
    panel.get_by_role("button", name="Point", exact=True).click()
    press(page, image, (130, 120))
    text.fill("Not saved yet")
    Annotation.objects.filter(kind=Kind.FREEHAND).update(author=other_doctor)
    page.on("dialog", lambda dialog: dialog.accept())  # it is warned about
    page.reload()
    expect(text).to_have_value("Not saved yet")
    save.click()
    expect(entries).to_have_count(5)
    point = shapes()[4].shape
    assert point.points[0] == pytest.approx((130, 120), abs=1)
    # What somebody else wrote is shared, and not changed.
    stranger = entries.nth(1)
    expect(stranger.get_by_role("button", name="Edit")).to_have_count(0)
    stranger.get_by_role("button", name="Share with the patient").click()
    expect(stranger).to_contain_text("shared with the patient")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.viewer .viewer-facts")).to_be_visible()
    expect(entries).to_have_count(5)

    # Their patient sees what is shared, and changes nothing.
    other = tab(patient, reduced_motion="reduce")
    other.goto(f"/consultations/{image.consultation_id}/?image={image.pk}")
    read = other.locator(".annotating")
    expect(read.locator("[data-annotation]")).to_have_count(2)
    expect(read.get_by_role("button", name="Edit")).to_have_count(0)
    lines = other.locator(".annotating-overlay .drawing-shape").first
    expect(lines).to_be_visible()
    other.keyboard.press("h")
    expect(lines).to_be_hidden()
    other.keyboard.press("a")
    expect(other.locator("dialog.viewer .viewer-facts")).to_be_visible()
    assert not violations
