"""The outline of a cut-out, corrected in a real browser: by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from gallery.models import Outline, UserImage
from gallery.services.processing import queue

from .page_faults import touch
from .test_gallery import submit

pytestmark = pytest.mark.usefixtures("worker")


def test_outline_is_corrected_by_pointer_and_by_keyboard(tab, doctor, violations):
    image = submit(doctor)
    square = [[40, 30], [240, 30], [240, 200], [40, 200]]
    Outline.objects.filter(pk=image.pk).update(machine=[square])
    page = tab(doctor)
    page.goto(f"/gallery/images/{image.pk}/")
    page.get_by_role("button", name="Correct the outline").click()
    points = page.locator("[data-outline] circle")
    expect(points).to_have_count(4)
    expect(points.first).to_be_focused()
    save = page.get_by_role("button", name="Save the outline")
    expect(save).to_be_disabled()

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Point 2 of 4")).to_be_focused()
    page.keyboard.press("Insert")
    expect(page.get_by_role("button", name="Point 3 of 5")).to_be_focused()
    page.keyboard.press("Delete")
    expect(points).to_have_count(4)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(save).to_be_disabled()
    edge = page.locator("[data-outline] [data-outline-edge]").bounding_box()
    above = edge["x"] + edge["width"] / 2, edge["y"]
    touch(page, above, (above[0], above[1] + 60))
    expect(points).to_have_count(4)  # two fingers enlarge: what the first one added is gone
    expect(save).to_be_disabled()
    points.first.focus()
    page.keyboard.press("Shift+ArrowRight")

    box = points.last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 10, steps=3)
    page.mouse.up()
    save.click()
    expect(page.locator("#waiting")).to_be_visible()
    assert queue.work()
    expect(page.locator("#quality")).to_have_text("Outline corrected by hand")
    (ring,) = Outline.objects.get().drawn
    assert ring[1:3] == square[1:3]
    assert ring[0][0] > 40
    assert ring[0][1] == 30
    assert ring[3][0] > 40
    assert ring[3][1] > 200

    page.get_by_role("button", name="Correct the outline").click()
    page.get_by_role("button", name="Back to the automatic outline").click()
    expect(page.locator("#quality")).to_contain_text("Edge certainty")
    assert UserImage.objects.get().cutout.name == image.cutout.name
    assert not violations
