"""Back, Forward, reload and a link, in a real browser: what lies above a page is a place."""

import re
import time

import pytest
from playwright.sync_api import expect

from consultations import services
from consultations.bin import put_away_images
from consultations.models import ConsultationImage
from gallery.models import UserImage
from testing.cast import photograph, upload

from .test_gallery import submit

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def images(consultation, doctor, cached_processing):
    """Twelve pictures, so that the page is longer than the screen."""
    for seed in range(12):
        services.add_image(consultation=consultation, user=doctor, upload=upload(seed=seed % 3))
    return list(consultation.images.order_by("-pk"))


@pytest.fixture
def address(consultation):
    """`address(image)`: what the browser shows while that picture is open, or none is."""

    def pattern(image=None):
        query = rf"\?image={image.pk}" if image else ""
        return re.compile(rf"/consultations/{consultation.pk}/{query}$")

    return pattern


def wait_for_layers(page, count):
    """Until the browser's history has them: a menu tells that it is open a moment later."""
    until = time.monotonic() + 10
    while page.evaluate("history.state?.layers?.length ?? 0") != count:
        assert time.monotonic() < until
        page.wait_for_timeout(20)


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


@pytest.mark.both
def test_on_a_phone_back_closes_the_topmost(tab, doctor, consultation, images, address, violations):
    page = tab(doctor, **PHONE)
    page.goto(f"/consultations/{consultation.pk}/")
    viewer, side = page.locator("#viewer"), page.locator("#viewer-side")
    page.locator("#images .tile a").first.tap()
    viewer.locator(".viewer-tools [data-do=info]").tap()
    expect(side).to_be_visible()
    page.go_back()
    expect(side).to_be_hidden()
    expect(page).to_have_url(address(images[0]))
    page.go_back()
    expect(viewer).to_be_hidden()

    page.locator("[data-open-upload]").first.tap()
    modal = page.locator("#upload")
    expect(modal).to_be_visible()
    page.go_back()
    expect(modal).to_be_hidden()
    page.go_forward()
    expect(modal).to_be_visible()
    file = {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": photograph()}
    modal.locator("[data-browse-input]").set_input_files([file])
    expect(modal.locator("[data-tile]")).to_have_count(1)
    page.go_back()
    expect(modal.locator("[data-ask]")).to_be_visible()  # what is not sent is not lost
    page.go_back()
    expect(modal.locator("[data-ask]")).to_be_hidden()  # the question was the topmost
    expect(modal).to_be_visible()
    page.go_back()
    modal.locator("[data-ask-leave]").tap()
    expect(modal).to_be_hidden()
    expect(page).to_have_url(address())

    menu = page.locator("header [data-menu]")
    menu.locator("summary").tap()
    wait_for_layers(page, 1)
    page.go_back()
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").tap()
    wait_for_layers(page, 1)
    menu.get_by_role("link", name="Profile").tap()
    expect(page).to_have_url(re.compile("/profile/$"))
    page.go_back()
    expect(page).to_have_url(address())
    expect(page.locator("#images .tile").first).to_be_visible()
    assert not violations


@pytest.mark.usefixtures("worker")
def test_the_gallery_in_a_phone(tab, doctor, violations):
    """Its viewer, its menu of filters, whose answers write the address, and the page after Back."""
    image = submit(doctor, title="Épaule", tag_names=["dos"])
    UserImage.objects.filter(pk=submit(doctor).pk).update(title="Genou")
    page = tab(doctor, **PHONE)
    page.goto("/gallery/")
    menu = page.locator("[data-filters] [data-menu]")
    menu.locator("summary").tap()
    wait_for_layers(page, 1)
    menu.get_by_label("Tag").fill("dos")
    menu.get_by_label("Tag").press("Tab")
    expect(page.locator("#images .tile")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/gallery/\?tag=dos$"))
    expect(menu).to_have_attribute("open", "")
    wait_for_layers(page, 1)
    page.go_back()
    expect(menu).not_to_have_attribute("open", "")
    expect(page).to_have_url(re.compile(r"/gallery/\?tag=dos$"))
    page.go_back()
    expect(page.locator("#images .tile")).to_have_count(2)
    page.wait_for_load_state()  # before its scripts run, a button does nothing
    page.locator("[data-open-upload]").first.tap()
    expect(page.locator("#upload")).to_be_visible()  # the page that came back works
    page.go_back()
    expect(page.locator("#upload")).to_be_hidden()

    page.goto(f"/gallery/images/{image.pk}/")
    page.locator("[data-viewer-item] a").first.tap()
    expect(page).to_have_url(re.compile(r"\?image=before$"))
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page).to_have_url(re.compile(rf"/gallery/images/{image.pk}/$"))
    assert not violations


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


def test_back_from_the_camera_is_the_modal(tab, doctor, consultation, address, violations):
    """Its light goes out, and the pictures that are waiting stay."""
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    modal.locator("[data-camera-open]").click()
    modal.get_by_role("button", name="Take the photo").click()
    expect(modal.locator("[data-tile]")).to_have_count(1)
    page.go_back()
    expect(modal.locator("[data-camera]")).to_be_hidden()
    expect(modal.locator("[data-tile]")).to_have_count(1)
    page.go_back()
    expect(modal.locator("[data-ask]")).to_be_visible()
    modal.locator("[data-ask-leave]").click()
    expect(modal).to_be_hidden()
    expect(page).to_have_url(address())
    assert not violations


def test_back_from_the_help_is_the_picture(tab, doctor, consultation, image, address):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("#images .tile a").click()
    page.keyboard.press("?")
    help_shown = page.locator("[data-help]")
    expect(help_shown).to_be_visible()
    page.go_back()
    expect(help_shown).to_be_hidden()
    expect(page).to_have_url(address(image))
    page.go_forward()
    expect(help_shown).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page).to_have_url(address())


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
