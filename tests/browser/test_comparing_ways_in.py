"""The ways to a comparison, and the machine's proposal of how its pictures lie."""

import io
import math
import re

import pytest
from playwright.sync_api import expect

from consultations import services
from testing.cast import drawn, upload

from .comparisons import address, is_drawn

pytestmark = pytest.mark.usefixtures("geometry_engine")


@pytest.fixture
def turned(visits, doctor):
    """One skin at two visits, the second time turned by a tenth of a right angle."""
    skin = drawn(seed=4, size=(800, 600))
    made = []
    for visit, degrees in zip(visits[:2], (0, 9), strict=True):
        out = io.BytesIO()
        skin.rotate(degrees, resample=3).crop((60, 60, 740, 540)).save(out, "JPEG", quality=94)
        data = upload(f"{degrees}.jpg", out.getvalue())
        image, _created = services.add_image(
            consultation=visit.consultation, user=doctor, upload=data, image_type="macro"
        )
        made.append(image)
    return made


def test_ways_in_and_the_machines_proposal(tab, doctor, visits, turned, violations):
    page = tab(doctor)
    page.goto(f"/patients/{visits[0].patient_id}/")
    page.locator("#images .tile a").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".comparing-choice").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"images={visits[1].pk},{visits[2].pk}"))
    expect(page.locator("[data-pane]")).to_have_count(2)
    is_drawn(page)
    page.keyboard.press("3")
    page.locator(".comparing-further summary").click()
    page.locator(".comparing-choice").first.click()
    expect(page.locator("[data-pane]")).to_have_count(3)
    expect(page).to_have_url(re.compile("mode=overlay"))

    page.goto(f"/patients/{visits[0].patient_id}/")
    for box in page.locator("[data-pick]").all()[:2]:
        box.check(force=True)
    expect(page.locator("[data-compare]:visible")).to_be_visible()
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"images=\d+,\d+"))

    page.goto(address(*turned))
    is_drawn(page)
    for name in ("decline", "accept"):
        page.keyboard.press("a")
        page.keyboard.press("p")
        expect(page.locator(f"[data-do={name}]")).to_be_visible()
        page.wait_for_timeout(500)
        assert "lay=" not in page.url, "nothing keeps it until it is accepted"
        page.locator(f"[data-do={name}]").click()
        page.keyboard.press("a")
    expect(page).to_have_url(re.compile("lay="))
    (lying,) = re.findall(rf"{turned[1].pk}:([-.\de]+),([-.\de]+),", page.url)
    assert math.degrees(math.atan2(float(lying[1]), float(lying[0]))) == pytest.approx(9, abs=0.5)
    assert not violations
