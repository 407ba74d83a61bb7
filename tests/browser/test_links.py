"""Links in a real browser: created and revoked by keyboard, opened by an anonymous visitor."""

import pytest
from playwright.sync_api import expect

from gallery.models import Share
from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload

from .page_faults import page_faults


@pytest.fixture
def gallery_image(doctor, cached_processing):
    image, _created = submit_image(user=doctor, upload=upload(), title="Nævus dos")
    queue.work()
    return image


def test_link_is_created_opened_and_revoked_by_keyboard(
    tab, new_context, doctor, gallery_image, violations, live_server
):
    page = tab(doctor)
    page.goto(f"/gallery/images/{gallery_image.pk}/share/")
    page.get_by_label("Password (optional)").focus()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(page.locator("#share [data-problem]")).to_contain_text("6")
    expect(page.get_by_label("Password (optional)")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("a secret word")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    url = page.locator("[data-told-slot] [data-url]").input_value()
    expect(page.locator(".link-row")).to_have_count(1)

    # The page sends no referrer, so its form is posted with `Origin: null`.
    visitor = new_context(java_script_enabled=False)
    visitor_page = visitor.new_page()
    origins = []
    visitor_page.on(
        "request", lambda r: r.method == "POST" and origins.append(r.headers.get("origin"))
    )
    visitor_page.goto(url)
    expect(visitor_page.get_by_label("Password")).to_be_focused()
    visitor_page.keyboard.type("a secret word")
    visitor_page.keyboard.press("Enter")
    image = visitor_page.locator(".shared-stage img")
    expect(image).to_be_visible()
    visitor_page.wait_for_load_state("load")
    assert image.evaluate("image => image.naturalWidth") == gallery_image.width
    assert origins == ["null"]
    assert not visitor.cookies()
    image_url = live_server.url + image.get_attribute("src")
    assert visitor.request.get(image_url).status == 200

    page.get_by_role("button", name="Revoke").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".link-row")).to_have_count(0)
    expect(page.locator("[data-links] > [tabindex]")).to_be_focused()
    assert {visitor_page.goto(url).status, visitor.request.get(image_url).status} == {404}
    assert not violations


def test_links_work_without_javascript(tab, new_context, doctor, gallery_image, live_server):
    cookies = tab(doctor).context.storage_state()
    options = {"storage_state": cookies, "base_url": live_server.url}
    page = new_context(java_script_enabled=False, **options).new_page()
    page.goto(f"/gallery/images/{gallery_image.pk}/share/")
    page.get_by_role("button", name="Create a link").click()
    assert "/s/" in page.locator("[data-told-slot] [data-url]").input_value()
    expect(page.locator("[data-copy]").first).to_be_hidden()
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".toast")).to_be_visible()
    assert not Share.objects.alive().exists()


def test_viewer_has_the_remove_background_button(tab, doctor, image, violations):
    page = tab(doctor)
    page.goto(f"/consultations/{image.consultation_id}/")
    page.locator(".tile a").first.click()
    page.locator("#viewer").get_by_role("button", name="Remove the background").click()
    page.wait_for_url("**/gallery/images/**")
    assert doctor.gallery.get().sha256 == image.sha256
    assert not violations


def test_link_pages_have_no_layout_or_accessibility_faults(
    tab, doctor, gallery_image, consultation, violations
):
    tokens = [
        shares.create_share(image=gallery_image, lifetime="1d", **options)[1]
        for options in ({}, {"password": "a secret word", "view_limit": 3})
    ]
    paths = [
        *(f"/s/{token}/" for token in (*tokens, "nonsense")),
        f"/gallery/images/{gallery_image.pk}/share/",
        f"/gallery/images/{gallery_image.pk}/attach/",
        f"/gallery/images/{gallery_image.pk}/attach/?consultation={consultation.pk}",
        "/gallery/links/",
        "/gallery/statistics/",
    ]
    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    problems = [fault for path in paths for fault in page_faults(page, path, path=path)]
    assert not problems
    assert not violations
