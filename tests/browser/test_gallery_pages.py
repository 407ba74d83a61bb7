"""The gallery's pages without JavaScript, at every width and in both colour schemes."""

import pytest
from playwright.sync_api import expect

from gallery.models import StorageQuota, UserImage
from gallery.services.processing import queue

from .page_faults import WIDTHS, accessibility_violations, covered_controls, page_faults
from .test_gallery import submit

pytestmark = pytest.mark.usefixtures("worker")


def test_gallery_works_without_javascript(tab, doctor, violations):
    images = [submit(doctor, title=f"Image {n}", tag_names=["dos"]) for n in range(2)][::-1]
    page = tab(doctor, java_script_enabled=False)
    page.goto("/gallery/")
    page.locator(f"#pick-{images[0].pk}").check()
    page.get_by_role("button", name="Favorite", exact=True).click()
    expect(page.locator("#images .star")).to_have_count(1)
    page.locator(f"#pick-{images[0].pk}").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#images .tile")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#images .tile")).to_have_count(2)
    page.locator("#filter-q").fill("image 1")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#images .tile")).to_have_count(1)
    page.locator("#images .tile a").click()
    expect(page.locator(".compare-before img")).to_be_visible()
    expect(page.locator(".compare-after img")).to_be_visible()
    page.get_by_role("textbox", name="Title").fill("Changed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Changed")).to_be_visible()
    assert not violations


def test_gallery_pages_have_no_layout_or_accessibility_faults(tab, doctor, violations):
    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    page.goto("/gallery/")
    assert not accessibility_violations(page), "empty"
    finished = submit(doctor, title="Nævus " * 20, tag_names=["suivi", "x" * 40])
    failed = submit(doctor, ready=False)
    queue.fail(queue.claim(), "nothing_found")
    waiting = submit(doctor, ready=False)
    UserImage.objects.filter(pk=finished.pk).update(quality="fair", is_favorite=True)
    StorageQuota.objects.update(image_limit=3)
    problems = []
    paths = ["/gallery/", "/gallery/?tag=suivi&favorite=true", "/gallery/?q=nowhere"]
    paths += [f"/gallery/images/{image.pk}/" for image in (finished, failed, waiting)]
    for path in paths:
        problems += page_faults(page, path, (*WIDTHS, 2560), path=path)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/gallery/statistics/")
    plot, *lists = [card.bounding_box() for card in page.locator(".answers > .card").all()]
    assert {box["x"] > plot["x"] + plot["width"] for box in lists} == {True}, "no blank column"
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/gallery/")
    page.locator(".pick").first.click()
    problems += [("selection", fault) for fault in covered_controls(page)]
    page.locator("#selection summary").click()
    bar = page.locator("#selection").bounding_box()
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= 360
    assert page.evaluate("document.querySelector('#selection').scrollWidth") <= bar["width"]
    problems += [("selection", violation) for violation in accessibility_violations(page)]
    page.keyboard.press("Escape")
    page.locator("#filters summary").click()
    problems += [("filters", violation) for violation in accessibility_violations(page)]
    page.locator("[data-open-upload]").first.click()
    problems += [("upload", violation) for violation in accessibility_violations(page)]
    problems += [("upload", fault) for fault in covered_controls(page)]
    assert not problems
    assert not violations
