"""Comparing in a browser: panes that move as one, alignment and modes."""

import re

import pytest
from playwright.sync_api import expect

from annotations import w3c
from annotations.services import add_annotation
from annotations.shapes import Kind, Shape
from consultations.models import Comparison

from .comparisons import address, is_drawn
from .page_faults import DESKTOP, PHONE, page_faults, touch

# Two places in each picture, in shares of its pane, which the landmarks are pressed at.
PLACES = (((0.4, 0.4), (0.6, 0.5)), ((0.45, 0.6), (0.62, 0.5)))
# Where the landmarks are seen, from the corner of each pane, and whether all stages stand still.
MARKS = """() => [...document.querySelectorAll("[data-pane]:not([hidden])")].map((pane) => {
    const { left, top } = pane.querySelector("[data-stage]").getBoundingClientRect();
    return [...pane.querySelectorAll(".comparing-mark")].map((mark) => {
        const box = mark.getBoundingClientRect();
        return [box.x + box.width / 2 - left, box.y + box.height / 2 - top];
    });
})"""
# How far each pane's annotation, a point, is from a pixel of its picture, px of the screen.
RINGS = """(places) => [...document.querySelectorAll("[data-pane]")].map((pane, number) => {
    const canvas = pane.querySelector("[data-canvas]");
    const { viewport, world } = window.OpenSeadragon.getViewer(canvas);
    const place = world.getItemAt(0).imageToViewportCoordinates(...places[number]);
    const { x, y } = viewport.viewportToViewerElementCoordinates(place);
    const ring = pane.querySelector(".annotating-overlay circle");
    return Math.hypot(ring.cx.baseVal.value - x, ring.cy.baseVal.value - y);
})"""
SMALL = """() => [...document.querySelectorAll(".comparing :is(button, a, .comparing-grip)")]
    .filter((one) => one.checkVisibility() && !one.closest(".comparing-bar, .comparing-head"))
    .map((one) => [one.dataset.do ?? one.className, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
    .map(([name]) => name)"""


pytestmark = pytest.mark.usefixtures("geometry_engine")


def settled_marks(page):
    """`MARKS`, once nothing moves any more."""
    before, now = None, page.evaluate(MARKS)
    while before != now:
        page.wait_for_timeout(120)
        before, now = now, page.evaluate(MARKS)
    return now


def apart(page):
    """How far apart the landmarks of all panes lie at most, px."""
    first, *others = settled_marks(page)
    return max(
        ((x - u) ** 2 + (y - v) ** 2) ** 0.5
        for marks in others
        for (x, y), (u, v) in zip(first, marks, strict=True)
    )


def pane_point(page, pane, across, down):
    box = page.locator("[data-pane]:not([hidden]) [data-stage]").nth(pane).bounding_box()
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def drag(page, pane, across, down):
    x, y = pane_point(page, pane, 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=4)
    page.mouse.up()


def align(page, press):
    """Sets two landmarks in each of two panes."""
    page.locator("[data-do=align]").click()
    for number in range(2):
        for pane, places in enumerate(PLACES):
            press(*pane_point(page, pane, *places[number]))
            page.wait_for_timeout(350)  # two presses in one place would be a double one
    page.locator("[data-do=align]").click()


def test_panes_move_as_one_within_a_pixel_and_the_address_keeps_it(tab, doctor, visits, violations):
    written = [(80, 60), (200, 100)]
    for image, place in zip(visits, written, strict=False):
        point = w3c.Content(Shape(Kind.POINT, (place,)))
        add_annotation(image=image.pk, user=doctor, content=point)
    page = tab(doctor, reduced_motion="reduce")
    page.goto(address(*visits[:2]))
    is_drawn(page)

    align(page, page.mouse.click)
    assert apart(page) < 1, "the landmarks lie over each other"
    gestures = {
        "drag": lambda: drag(page, 1, 60, -30),
        "wheel": lambda: page.mouse.wheel(0, -240),
        "other pane": lambda: drag(page, 0, -40, 20),
        "rotate": lambda: page.keyboard.press("r"),
        "by a degree": lambda: page.keyboard.press("."),
        "zoom": lambda: page.keyboard.press("+"),
        "arrow": lambda: page.keyboard.press("ArrowRight"),
        "wheel again": lambda: page.mouse.wheel(0, 120),
    }
    for name, gesture in gestures.items():
        before = settled_marks(page)
        gesture()
        assert apart(page) < 1, name
        assert settled_marks(page) != before, f"{name} moves them"

    page.keyboard.down("Alt")
    drag(page, 1, 50, 0)
    page.keyboard.up("Alt")
    assert apart(page) == pytest.approx(50, abs=3), "one moved alone"
    drag(page, 0, 10, 10)
    assert apart(page) == pytest.approx(50, abs=3), "together again, as they lie now"
    page.keyboard.press("z")
    assert apart(page) < 1, "undone"

    page.keyboard.press("h")
    rings = page.locator(".annotating-overlay circle:visible")
    expect(rings).to_have_count(2)
    assert page.evaluate(RINGS, written) == pytest.approx([0, 0], abs=1)
    page.keyboard.press("m")
    expect(page.locator("[data-mirrored]:visible")).to_have_count(1)
    written[0] = (visits[0].width - written[0][0], written[0][1])  # what lies there in the mirror
    page.wait_for_timeout(200)
    assert page.evaluate(RINGS, written) == pytest.approx([0, 0], abs=1)
    page.keyboard.press("h")
    expect(rings).to_have_count(0)
    page.keyboard.press("l")
    expect(page.locator("[data-lit]:visible")).to_have_count(1)
    modes = ("swipe", "overlay", "blink", "difference")
    for key, mode in enumerate(modes, start=2):
        page.keyboard.press(str(key))
        expect(page.locator("[data-panes]")).to_have_attribute("data-mode", mode)
        expect(page.locator(f'[data-mode-button="{mode}"]')).to_have_attribute(
            "aria-pressed", "true"
        )
    page.keyboard.press("4")
    page.keyboard.press(" ")  # motion is not wanted: by a press
    expect(page.locator("[data-panes][data-other]")).to_have_count(1)

    expect(page).to_have_url(re.compile("mode=blink.*lay=.*mirrored=.*light=1"))
    kept = page.url
    page.goto(f"/patients/{visits[0].patient_id}/")
    page.go_back()
    is_drawn(page)
    page.wait_for_timeout(500)
    assert page.url == kept
    expect(page.locator("[data-panes]")).to_have_attribute("data-mode", "blink")
    expect(page.locator("[data-mirrored]")).to_have_count(2)
    expect(page.locator("[data-mirrored]:visible")).to_have_count(1)

    page.keyboard.press("s")
    page.locator("#keeping-name").fill("Nævus L1")
    page.keyboard.press("Enter")
    expect(page.locator("#keeping")).to_be_hidden()
    saved = Comparison.objects.with_panes(doctor).get()
    expect(page).to_have_url(re.compile(f"comparison={saved.pk}"))
    assert (saved.name, saved.mode) == ("Nævus L1", "blink")
    assert [pane.image_id for pane in saved.panes] == [image.pk for image in visits[:2]]
    assert [pane.flipped for pane in saved.panes].count(True) == 1

    # Somebody else changes it meanwhile: both are shown, and nothing is lost.
    Comparison.objects.filter(pk=saved.pk).update(name="Theirs", note="Grows.")
    page.keyboard.press("s")
    page.locator("#keeping-name").fill("Mine")
    page.keyboard.press("Enter")
    changed = page.locator("[data-changed]")
    expect(changed.locator("legend")).to_have_text(["Name"])
    expect(changed.locator(".stale-text")).to_have_text(["Theirs", "Mine"])
    expect(page.locator("#keeping-note")).to_have_value("Grows.")
    changed.locator("input[value=mine]").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#keeping")).to_be_hidden()
    saved.refresh_from_db()
    assert (saved.name, saved.note) == ("Mine", "Grows.")
    assert not violations


def test_two_fingers_and_a_phone_reach_everything(tab, doctor, visits, violations):
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = tab(doctor, locale="fr-FR", **phone)
    page.goto(address(*visits[:2]))
    is_drawn(page)
    tops = [page.locator("[data-pane]").nth(n).bounding_box()["y"] for n in range(2)]
    assert tops[0] < tops[1], "held upright they stand below each other"

    page.locator("[data-do=align]").click()
    touch(page, pane_point(page, 0, 0.4, 0.4), pane_point(page, 0, 0.6, 0.6))
    page.wait_for_timeout(400)
    expect(page.locator(".comparing-mark")).to_have_count(0)  # a pinch, however short
    page.locator("[data-do=align]").click()
    align(page, page.touchscreen.tap)
    assert apart(page) < 1
    line = page.context.new_cdp_session(page)
    x, y = pane_point(page, 1, 0.5, 0.5)
    for kind, far in (("touchStart", 20), *[("touchMove", 20 + 8 * step) for step in range(1, 6)]):
        points = [{"x": x - far, "y": y, "id": 0}, {"x": x + far, "y": y, "id": 1}]
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert apart(page) < 1, "a pinch is linked"
    assert page.locator("[data-zoom]").inner_text() != "100 %"

    for key in "12345":
        page.keyboard.press(key)
        assert not page.evaluate(SMALL), f"smaller than a thumb in mode {key}"
    page.keyboard.press("1")
    page.set_viewport_size({"width": 740, "height": 360})
    lefts = [page.locator("[data-pane]").nth(n).bounding_box()["x"] for n in range(2)]
    assert lefts[0] < lefts[1], "held across they stand beside each other"
    for path in (address(*visits), address(visits[0])):
        assert not page_faults(page, path, widths=(PHONE, DESKTOP), path=path)
    assert not violations
