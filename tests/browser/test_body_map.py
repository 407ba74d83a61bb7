"""The body map under a pointer: a tap sets site, side and point; a marker opens its lesion."""

import re

import pytest
from playwright.sync_api import expect

from consultations.bodymap.places import region_at
from consultations.models import Lesion

from .page_faults import accessibility_violations

FOREARM, NOSE, CHEEK = "70559009", "113179006", "36141000"


def region(page, view, site, side):
    return page.locator(f'[data-view={view}] .region[data-site="{site}"][data-side="{side}"]')


@pytest.mark.alike
def test_a_tap_on_the_map_places_a_lesion(tab, doctor, record, lesion, violations):
    """Left and right are the patient's, on a child's drawing, too."""
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/patients/{record.pk}/lesions/new/?figure=child")
    expect(page.locator("[name=label]")).to_have_value("L2")
    # By keyboard it is one stop; what it chooses has no point.
    focused = page.locator(".region:focus")
    stops = page.locator('.body-map-views [tabindex="0"]')
    region(page, "front", FOREARM, "left").focus()
    page.keyboard.press("ArrowLeft")
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    expect(focused).to_have_attribute("data-side", "right")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    site = page.locator("[name=body_site]")
    expect(site).to_have_value(focused.get_attribute("data-site"))
    expect(focused).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[name=map_view]")).to_have_value("")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert focused.evaluate("(one) => one.ownerSVGElement.dataset.view") == "back"
    expect(stops).to_have_count(1)
    region(page, "front", FOREARM, "right").click()
    expect(site).to_have_value(FOREARM)
    expect(page.locator("[name=laterality][value=right]")).to_be_checked()
    expect(page.locator(".pin")).to_have_count(2)
    page.locator("[data-zoom=in]").click()
    expect(page.locator("svg[data-view=front]")).to_have_attribute("viewBox", re.compile(r"^66\.6"))
    page.get_by_role("link", name=re.compile("Tête|Head")).click()
    region(page, "face", CHEEK, "left").click(position={"x": 70, "y": 100})
    expect(page.locator("[name=laterality][value=left]")).to_be_checked()
    page.locator("[name=body_site]").select_option(NOSE)
    expect(page.locator(".pin")).to_have_count(0)  # it was the cheek's
    expect(page.locator("[name=map_view]")).to_have_value("")
    page.get_by_role("link", name=re.compile("Corps|Body")).click()
    region(page, "front", FOREARM, "left").click()
    assert not accessibility_violations(page)
    page.locator("aside button[type=submit]").click()
    page.wait_for_url(re.compile(r"/lesions/\d+/$"))
    made = Lesion.objects.get(label="L2")
    found = region_at(made.map_view, made.map_x, made.map_y)
    assert (found.code, found.side, made.laterality) == (FOREARM, "left", "left")
    page.goto(f"/patients/{record.pk}/lesions/")
    region(page, "back", "22180002", "right").click()
    picked = page.locator("[data-map-picked]")
    expect(picked.get_by_role("link")).to_have_count(2)
    page.locator(".marker", has_text="L2").locator("circle").last.click()
    page.wait_for_url(re.compile(rf"/lesions/{made.pk}/$"))
    assert not violations
