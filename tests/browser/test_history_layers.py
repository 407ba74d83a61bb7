"""Back closes what is topmost, never the page: sheets, questions, the modal, its camera, menus."""

import re
import time

import pytest
from playwright.sync_api import expect

from gallery.models import UserImage
from testing.cast import photograph

from .test_gallery import submit

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def wait_for_layers(page, count):
    """Until the browser's history has them: a menu tells that it is open a moment later."""
    until = time.monotonic() + 10
    while page.evaluate("history.state?.layers?.length ?? 0") != count:
        assert time.monotonic() < until
        page.wait_for_timeout(20)


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
