"""Back, Forward, reload and a link, in a real browser: what lies above a page is a place."""

import re

import pytest
from playwright.sync_api import expect

from consultations.bin import put_away_images
from consultations.models import ConsultationImage


def scrolled(page):
    return page.evaluate("Math.round(scrollY)")


@pytest.mark.both
def test_a_picture_is_a_place(tab, doctor, consultation, images, address, violations):
    """Back from the viewer led to the page before this one, and on a phone to an empty one."""
    page = tab(doctor, viewport={"width": 1280, "height": 500})
    page.goto("/consultations/")
    page.goto(f"/consultations/{consultation.pk}/")
    viewer, tiles = page.locator("#viewer"), page.locator("#images .tile a")
    tiles.nth(9).scroll_into_view_if_needed()
    before, entries = scrolled(page), page.evaluate("history.length")
    tiles.nth(9).click()
    expect(page).to_have_url(address(images[9]))
    for step in (10, 11):
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(address(images[step]))
    assert page.evaluate("history.length") == entries + 1, "Back does not lead through each picture"
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(address())
    assert scrolled(page) == before > 0
    page.go_forward()
    expect(viewer.locator("[data-position]")).to_have_text("12 / 12")
    expect(page).to_have_url(address(images[11]))
    page.reload()
    expect(viewer.locator("[data-position]")).to_have_text("12 / 12")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(address())
    assert scrolled(page) > 0, "nor does a reload lose the place in the page"
    page.go_back()
    expect(page).to_have_url(re.compile("/consultations/$"))
    assert not violations


def test_a_link_opens_its_picture(
    tab, doctor, consultation, images, address, violations, monkeypatch
):
    """One that the page has not loaded yet, too."""
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 5)
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/?image={images[11].pk}")
    viewer = page.locator("#viewer")
    expect(viewer.locator("[data-position]")).to_have_text("12 / 12")
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(address())
    page.goto(f"/consultations/{consultation.pk}/?image=999999")
    expect(page.locator("#toasts")).to_contain_text("not on this page")
    expect(page).to_have_url(address())
    expect(viewer).to_be_hidden()
    assert not violations


def test_a_link_outlives_the_login(tab, doctor, consultation, images, address):
    page = tab()
    page.goto(f"/consultations/{consultation.pk}/?image={images[3].pk}")
    page.locator("[name=username]").fill(doctor.email)
    page.locator("[name=password]").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer [data-position]")).to_have_text("4 / 12")
    expect(page).to_have_url(address(images[3]))


def test_from_another_page_back_into_the_viewer(tab, doctor, consultation, images, address):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").nth(2).click()
    page.locator("#viewer [data-do=edit]").click()
    page.get_by_role("link", name="The image's own page").click()
    expect(page).to_have_url(re.compile(f"/consultations/images/{images[2].pk}/$"))
    page.go_back()
    viewer = page.locator("#viewer")
    expect(viewer.get_by_role("heading", name="Edit")).to_be_visible()
    expect(page).to_have_url(address(images[2]))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(address())


def test_a_deleted_picture_is_no_place(tab, doctor, consultation, images, address):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").nth(1).click()
    viewer = page.locator("#viewer")
    viewer.locator("[data-do=delete]").click()
    page.go_back()
    expect(viewer.locator("[data-confirm]")).to_be_hidden()  # the question is the topmost
    expect(viewer).to_be_visible()
    viewer.locator("[data-do=delete]").click()
    viewer.locator("[data-do=really-delete]").click()
    expect(page).to_have_url(address(images[2]))
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page.locator("#images .tile")).to_have_count(11)
    put_away_images(ConsultationImage.objects.filter(pk=images[2].pk))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('images:changed'))")
    expect(page.locator("#images .tile")).to_have_count(10)
    page.go_forward()
    expect(page.locator("#toasts")).to_contain_text("not on this page")
    expect(page).to_have_url(address())


def test_a_filtered_page_stays_as_it_is(tab, doctor, record, consultation, images, violations):
    """htmx wrote the filter into the page's entry: it would fetch the whole page at Back."""
    page = tab(doctor)
    page.goto(f"/patients/{record.pk}/")
    page.locator("[name=type]").select_option("other")
    expect(page).to_have_url(re.compile("type=other"))
    page.evaluate("document.querySelector('#images .tile').dataset.mark = 'same'")
    page.locator("#images .tile a").first.click()
    expect(page).to_have_url(re.compile(rf"type=other.*&image={images[0].pk}$"))
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    page.wait_for_timeout(300)
    expect(page.locator("[data-mark=same]")).to_have_count(1)
    expect(page).to_have_url(re.compile("type=other"))
    assert not violations


def test_back_and_forward_within_a_frame(tab, doctor, consultation, image, address):
    """A dialog tells that it has closed a frame later, when it may be open again."""
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").click()
    expect(page).to_have_url(address(image))
    page.evaluate(
        """async () => {
            const go = (by) => new Promise((done) => {
                const before = location.search;
                const look = () => (location.search === before ? setTimeout(look) : done());
                history.go(by);
                look();
            });
            for (let turn = 0; turn < 5; turn += 1) {
                await go(-1);
                await go(1);
            }
        }"""
    )
    page.wait_for_timeout(300)
    expect(page.locator("#viewer")).to_be_visible()
    expect(page).to_have_url(address(image))
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page).to_have_url(address())
