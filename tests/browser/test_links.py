"""Links in a real browser: made and revoked by keyboard, opened by somebody without a login."""

import pytest
from playwright.sync_api import expect

from gallery.models import Share
from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload

from .looking import faults


@pytest.fixture
def mine(doctor, cached_processing):
    image, _created = submit_image(user=doctor, upload=upload(), title="Nævus dos")
    queue.work()
    return image


def test_a_link_from_its_making_to_its_end(tab, new_context, doctor, mine, violations, live_server):
    page = tab(doctor)
    page.goto(f"/gallery/images/{mine.pk}/share/")
    page.get_by_label("Password").focus()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(page.locator("#share [data-problem]")).to_contain_text("6")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("a secret word")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    url = page.locator("[data-told-slot] [data-url]").input_value()
    expect(page.locator(".link-row")).to_have_count(1)

    # The page sends no referrer, and so its form says `Origin: null`.
    visitor = new_context(java_script_enabled=False)
    opened = visitor.new_page()
    origins = []
    opened.on("request", lambda r: r.method == "POST" and origins.append(r.headers.get("origin")))
    opened.goto(url)
    expect(opened.get_by_label("Password")).to_be_focused()
    opened.keyboard.type("a secret word")
    opened.keyboard.press("Enter")
    image = opened.locator(".shared-stage img")
    expect(image).to_be_visible()
    opened.wait_for_load_state("load")
    assert image.evaluate("image => image.naturalWidth") == mine.width
    assert origins == ["null"]
    assert not visitor.cookies()
    source = live_server.url + image.get_attribute("src")
    assert visitor.request.get(source).status == 200

    page.get_by_role("button", name="Revoke").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".link-row")).to_have_count(0)
    expect(page.locator("[data-links] > [tabindex]")).to_be_focused()
    assert {opened.goto(url).status, visitor.request.get(source).status} == {404}
    assert not violations


def test_without_javascript(tab, new_context, doctor, mine, live_server):
    cookies = tab(doctor).context.storage_state()
    options = {"storage_state": cookies, "base_url": live_server.url}
    page = new_context(java_script_enabled=False, **options).new_page()
    page.goto(f"/gallery/images/{mine.pk}/share/")
    page.get_by_role("button", name="Create a link").click()
    assert "/s/" in page.locator("[data-told-slot] [data-url]").input_value()
    expect(page.locator("[data-copy]").first).to_be_hidden()
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".toast")).to_be_visible()
    assert not Share.objects.alive().exists()


def test_the_viewer_removes_the_background(tab, doctor, image, violations):
    page = tab(doctor)
    page.goto(f"/consultations/{image.consultation_id}/")
    page.locator(".tile a").first.click()
    page.locator("#viewer").get_by_role("button", name="Remove the background").click()
    page.wait_for_url("**/gallery/images/**")
    assert doctor.gallery.get().sha256 == image.sha256
    assert not violations


def test_every_page_of_links_in_light_and_dark(tab, doctor, mine, consultation, violations):
    tokens = [
        shares.create_share(image=mine, lifetime="1d", **options)[1]
        for options in ({}, {"password": "a secret word", "view_limit": 3})
    ]
    paths = [
        *(f"/s/{token}/" for token in (*tokens, "nonsense")),
        f"/gallery/images/{mine.pk}/share/",
        f"/gallery/images/{mine.pk}/attach/",
        f"/gallery/images/{mine.pk}/attach/?consultation={consultation.pk}",
        "/gallery/links/",
        "/gallery/statistics/",
    ]
    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    wrong = [fault for path in paths for fault in faults(page, path, path=path)]
    assert not wrong
    assert not violations
