"""Measuring in the viewer: what is stored lies where it was drawn, however the picture lies."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from consultations import services
from consultations.models import Device, Measurement, Scale
from testing.cast import drawn, upload
from tools import phantoms

from .page_faults import touch

# Three corners of the displayed picture in the window, as OpenSeadragon has them: the stage that is
# measured on is not asked.
CORNERS = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let frames = 0; frames < 3; frames += 1) await frame(); // a turn or a resize is drawn
    const canvas = document.querySelector("[data-canvas]");
    const { viewport, world } = window.OpenSeadragon.getViewer(canvas);
    const picture = world.getItemAt(0);
    const { left, top } = canvas.getBoundingClientRect();
    return [[0, 0], [1, 0], [0, 1]].map(([x, y]) => {
        const { width, height } = picture.source;
        const place = picture.imageToViewportCoordinates(x * width, y * height);
        const point = viewport.viewportToViewerElementCoordinates(place);
        return [point.x + left, point.y + top];
    });
}"""


@pytest.fixture
def image(consultation, doctor, cached_processing):
    """A mole, and a ruler with a mark every 8 px."""
    pixels = np.array(drawn(3))
    pixels[-40:] = 235
    pixels[-40:, np.arange(pixels.shape[1]) % 8 < 1.5] = 40
    file = upload(data=phantoms.encode(Image.fromarray(pixels), "JPEG"))
    return services.add_image(consultation=consultation, user=doctor, upload=file)[0]


@pytest.fixture
def round_image(consultation, doctor, cached_processing):
    """A dermatoscope's field, 291 px wide."""
    picture = phantoms.dermoscopy(3, size=(400, 300), lesion=phantoms.Lesion(3, "naevus", 5.0))
    file = upload(data=phantoms.encode(picture, "JPEG"))
    return services.add_image(consultation=consultation, user=doctor, upload=file)[0]


def seen_at(page, image, x, y):
    """Where the picture's pixel (x, y) is in the window."""
    corners, before = page.evaluate(CORNERS), None
    while corners != before:  # a zoom takes its time on a busy machine
        corners, before = page.evaluate(CORNERS), corners
    (ox, oy), (ax, ay), (bx, by) = corners
    across, down = x / image.width, y / image.height
    return (
        ox + across * (ax - ox) + down * (bx - ox),
        oy + across * (ay - oy) + down * (by - oy),
    )


def press(page, image, *places):
    for place in places:
        page.mouse.click(*seen_at(page, image, *place))


def test_scale_and_length_drawn_in_a_turned_and_enlarged_picture(
    tab, doctor, image, round_image, violations
):
    device = Device.objects.create(name="Heine", field_mm=20)
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/?image={image.pk}")
    viewer = page.locator("dialog.viewer")
    expect(viewer.locator("[data-state='']")).to_be_visible()
    page.keyboard.press("m")
    panel = viewer.locator(".measuring")
    panel.get_by_role("button", name="Scale", exact=True).click()
    # On skin there are no marks; along the ruler they are found, and accepted.
    find, tick = panel.get_by_role("button", name="Find the marks"), panel.locator("[name=tick]")
    press(page, image, (40, 40), (280, 60))
    find.click()
    expect(panel.get_by_role("alert")).to_contain_text("No even ticks")
    page.keyboard.press("Escape")
    press(page, image, (30, 215), (290, 217))
    find.click()
    expect(panel.locator("[data-proposed-text]")).to_contain_text(re.compile(r"marks, 8\.0\d*\spx"))
    expect(tick).to_be_focused()
    tick.fill("0,5")
    panel.get_by_role("button", name="Accept", exact=True).click()
    expect(panel).to_contain_text("16.0 px per mm")
    assert (Scale.objects.get().method, Scale.objects.get().millimetres) == (
        "ticks",
        pytest.approx(130 / 8, rel=0.02),
    )

    for key in ("+", "+", "r"):
        page.keyboard.press(key)
    panel.get_by_role("button", name="Scale", exact=True).click()
    press(page, image, (100, 80), (200, 80))
    panel.get_by_label("Millimetres between the points").fill("12,5")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("8.0 px per mm")

    # At another zoom and turn, in a smaller window; the length tool is in the hand by now.
    page.set_viewport_size({"width": 1000, "height": 760})
    for key in ("r", "-"):
        page.keyboard.press(key)
    # A second finger on the picture is no point of it, wherever the first one rests.
    aside = panel.bounding_box()
    touch(page, (aside["x"] + 9, aside["y"] + 9), seen_at(page, image, 120, 100))
    expect(viewer.locator("[data-place]:not([data-cross])")).to_have_count(0)
    press(page, image, (120, 100), (176, 142))
    page.keyboard.press("c")  # would leave for comparing
    expect(page.locator(".toast").last).to_have_text("Save or cancel what you are drawing first.")
    figure = panel.locator("[data-figure-text]")
    expect(figure).to_contain_text(re.compile(r"^8\.\d+\smm\s±"))
    drawn = figure.text_content()
    expect(viewer.locator("[data-place]:focus")).to_be_attached()  # a moment after the press
    page.keyboard.press("Enter")
    expect(panel.locator("[data-measured] b")).to_have_text(drawn)

    scale, length = Scale.objects.get(ended_at=None), Measurement.objects.get()
    assert [scale.x1, scale.y1, scale.x2, scale.y2] == pytest.approx([100, 80, 200, 80], abs=1)
    assert scale.millimetres == 12.5, "a comma is a comma"
    drawn_at = [number for point in length.points for number in point]
    assert drawn_at == pytest.approx([120, 100, 176, 142], abs=1)
    assert length.millimetres == pytest.approx(70 / 8, abs=0.15)

    # By keyboard: the arrows move the cross, Space places a point, Enter keeps, Delete takes away.
    panel.get_by_role("button", name="Ellipse").focus()
    page.keyboard.press("Enter")
    for keys in ("Space", "Shift+ArrowRight", "Shift+ArrowRight", "Space", "Shift+ArrowDown"):
        page.keyboard.press(keys)
    page.keyboard.press("Space")
    expect(figure).to_contain_text("mm²")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-measured]")).to_have_count(2)
    last = panel.locator("[data-measured]").last.get_by_role("button")
    last.focus()
    page.keyboard.press("Delete")
    expect(panel.locator("[data-measured]")).to_have_count(1)

    # The machine's outline is drawn, and kept by a person.
    panel.get_by_role("button", name="Outline", exact=True).click()
    panel.get_by_role("button", name="Propose the outline").click()
    expect(panel.locator("[data-proposed-text]")).to_contain_text("check the outline")
    expect(figure).to_contain_text("mm²")
    assert Measurement.objects.count() == 1, "it is a proposal"
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.locator("[data-measured]")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(viewer).to_be_visible()

    # A dermatoscope is chosen: its round field is proposed, and kept by a person.
    page.goto(f"/consultations/{image.consultation_id}/?image={round_image.pk}")
    expect(viewer.locator("[data-state='']")).to_be_visible()
    page.keyboard.press("m")
    panel.get_by_role("button", name="Scale", exact=True).click()
    panel.get_by_label("What lies between the points").select_option(str(device.pk))
    expect(panel.locator("[data-proposed-text]")).to_contain_text("a field of view of")
    across = viewer.locator(".drawing-shape.is-round circle").last.bounding_box()["width"]
    left, right = (seen_at(page, round_image, x, 150)[0] for x in (54.5, 345.5))
    assert across == pytest.approx(right - left, abs=3), "the circle lies on the field's edge"
    assert not round_image.scales.exists(), "it is a proposal"
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("14.5 px per mm")
    scale = round_image.scales.get()
    assert (scale.device, scale.millimetres) == (device, 20)
    assert scale.x2 - scale.x1 == pytest.approx(291, abs=1)

    # A list that comes after the next picture's is not its: a length would be kept in the other.
    late = []
    page.route(f"**/images/{image.pk}/measurements/", lambda route: late.append(route))
    page.keyboard.press("Escape")
    place = viewer.locator("[data-position]").text_content()
    page.keyboard.press("ArrowLeft" if place.startswith("2") else "ArrowRight")
    expect(viewer.locator("[data-position]")).not_to_have_text(place)
    page.keyboard.press("ArrowRight" if place.startswith("2") else "ArrowLeft")
    expect(viewer.locator("[data-position]")).to_have_text(place)
    with page.expect_response(f"**/images/{image.pk}/measurements/"):
        late[0].continue_()
    expect(panel).to_contain_text("14.5 px per mm")
    assert not violations
