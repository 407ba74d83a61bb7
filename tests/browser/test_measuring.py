"""Measuring in the viewer: what is stored lies where it was drawn, however the picture lies."""

import re

import pytest
from playwright.sync_api import expect

from consultations.models import Measurement, Scale

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


def seen_at(page, image, x, y):
    """Where the picture's pixel (x, y) is in the window."""
    (ox, oy), (ax, ay), (bx, by) = page.evaluate(CORNERS)
    across, down = x / image.width, y / image.height
    return (
        ox + across * (ax - ox) + down * (bx - ox),
        oy + across * (ay - oy) + down * (by - oy),
    )


def press(page, image, *places):
    for place in places:
        page.mouse.click(*seen_at(page, image, *place))


def test_scale_and_length_drawn_in_a_turned_and_enlarged_picture(tab, doctor, image, violations):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/?image={image.pk}")
    viewer = page.locator("dialog.viewer")
    expect(viewer.locator("[data-state='']")).to_be_visible()
    for key in ("+", "+", "r", "m"):
        page.keyboard.press(key)
    panel = viewer.locator(".measuring")
    panel.get_by_role("button", name="Scale", exact=True).click()
    press(page, image, (100, 80), (200, 80))
    panel.get_by_label("Millimetres between the points").fill("12,5")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("8.0 px per mm")

    # At another zoom and turn, in a smaller window; the length tool is in the hand by now.
    page.set_viewport_size({"width": 1000, "height": 760})
    for key in ("r", "-"):
        page.keyboard.press(key)
    press(page, image, (120, 100), (176, 142))
    figure = panel.locator("[data-figure-text]")
    expect(figure).to_contain_text(re.compile(r"^8\.\d+\smm\s±"))
    drawn = figure.text_content()
    page.keyboard.press("Enter")
    expect(panel.locator("[data-measured] b")).to_have_text(drawn)

    scale, length = Scale.objects.get(), Measurement.objects.get()
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
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(viewer).to_be_visible()
    assert not violations
