"""Title, tags and star of one image, edited in place."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import UserImage
from gallery.services.images import edit_images

from .test_gallery import submit

pytestmark = pytest.mark.usefixtures("worker")


def test_title_tags_and_star_are_edited_in_place(tab, doctor, violations):
    image = submit(doctor, tag_names=["dos"])
    page = tab(doctor)
    page.goto(f"/gallery/images/{image.pk}/")
    status = page.locator("[data-saved]")
    page.get_by_role("button", name="Change the title").click()
    page.keyboard.type("Épaule <b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Épaule <b>")).to_be_visible()
    expect(status).to_have_text("Saved.")
    page.get_by_role("button", name="Favorite").click()
    page.get_by_label("Add a tag").first.fill("suivi")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tag]")).to_have_count(2)
    page.get_by_role("button", name="Remove the tag dos").click()
    expect(page.locator("[data-tag]")).to_have_count(1)
    image.refresh_from_db()
    assert (image.title, image.is_favorite) == ("Épaule <b>", True)
    assert [tag.name for tag in image.tags.all()] == ["suivi"]

    page.route("**/api/v1/images/*", lambda route: route.abort())
    page.get_by_role("button", name="Favorite").click()
    expect(status).to_have_class(re.compile("is-wrong"))
    expect(page.get_by_role("button", name="Favorite")).to_have_attribute("aria-pressed", "true")
    page.unroute("**/api/v1/images/*")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("1 image deleted.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#images .tile")).to_have_count(1)
    assert not violations


def test_title_conflict_is_shown_and_tags_are_merged(tab, doctor, violations):
    """Otherwise changes saved in another tab are silently overwritten."""
    image = submit(doctor, title="Épaule", tag_names=["dos"])
    page, images = tab(doctor), UserImage.objects.visible_to(doctor)
    page.goto(f"/gallery/images/{image.pk}/")
    edit_images(images, add=["suivi"])
    page.get_by_label("Add a tag").first.fill("bras")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tag]")).to_have_count(3)
    page.get_by_role("button", name="Change the title").click()
    page.keyboard.type("Bras")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bras")).to_be_visible()
    edit_images(images, title="Cuisse")
    page.get_by_role("button", name="Change the title").click()
    page.keyboard.type("Jambe")
    page.keyboard.press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Cuisse")
    expect(page.get_by_label("Title", exact=True).first).to_have_value("Jambe")
    assert images.get().title == "Cuisse"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Jambe")).to_be_visible()
    assert images.get().title == "Jambe"
    assert not violations
