"""The gallery in a real browser: uploads, progress, selection and comparison without a reload."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from playwright.sync_api import expect

from gallery.models import StorageQuota, UserImage
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import photograph, upload

from .test_clinician import drop

pytestmark = pytest.mark.usefixtures("worker")


def files(count):
    return [
        {"name": f"IMG_{n}.JPG", "mimeType": "image/jpeg", "buffer": photograph(seed=n)}
        for n in range(1, count + 1)
    ]


def submit(user, *, ready=True, **options):
    image, _created = submit_image(user=user, upload=upload(), **options)
    if ready:
        while queue.work():
            pass
    image.refresh_from_db()
    return image


def ready_tile(image):
    """The selector of a tile that shows its cut-out and no status."""
    return f"#tile-{image.pk}:not([data-waits]) .pic.checker"


def selected(page):
    return page.locator("[data-pick]:checked")


@pytest.mark.both
def test_upload_shows_its_progress_and_result_without_a_reload(tab, doctor, violations):
    page = tab(doctor)
    page.goto("/gallery/")
    expect(page.get_by_text("No image yet")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    drop(page, "main", files(2))  # anywhere on the page
    modal = page.locator("#upload")
    expect(modal.locator("[data-tile]")).to_have_count(2)
    expect(modal.locator("[data-star]:visible")).to_have_count(0)
    modal.locator("[name=title]").fill("Nævus")
    modal.locator("[name=tags]").fill("suivi, dos")
    modal.locator("[name=engine]").select_option("lesion")
    modal.locator("[data-send]").click()
    expect(page.locator("#images .tile[data-waits]")).to_have_count(2)
    expect(modal).to_be_hidden()
    expect(page.locator("#chips")).to_contain_text("In progress (2)")
    newer, older = UserImage.objects.all()
    assert (newer.title, older.engine_asked) == ("Nævus", "lesion")
    assert [tag.name for tag in newer.tags.all()] == ["dos", "suivi"]

    # A focused and selected tile stays so while it is replaced.
    box = page.locator(f"#pick-{older.pk}")
    box.focus()
    page.keyboard.press("Space")
    claimed = queue.claim()
    UserImage.objects.filter(pk=claimed.pk).update(
        processing_since=timezone.now() - timedelta(seconds=12)
    )
    expect(page.locator(f"#tile-{claimed.pk} .state")).to_have_text(
        re.compile(r"In progress for 1\d s")
    )
    queue.process(claimed)
    expect(page.locator(ready_tile(claimed))).to_be_visible()
    expect(page.locator("#gallery-live")).to_contain_text("Nævus: ready.")
    queue.work()
    for image in (newer, older):
        expect(page.locator(ready_tile(image))).to_be_visible()
    expect(page.locator("#progress[hx-get]")).to_have_count(0)
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    assert page.evaluate("window.sameDocument"), "the page was not reloaded"
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(2500)
    assert not [url for url in requests if "/progress/" in url], "polling has stopped"
    assert not violations


def test_failed_image_shows_the_reason_and_can_be_retried(tab, doctor, violations):
    page = tab(doctor)
    image = submit(doctor, ready=False)
    page.goto("/gallery/")
    queue.fail(queue.claim(), "nothing_found")
    state = page.locator(f"#tile-{image.pk} .state.is-failed")
    image.refresh_from_db()
    with translation.override("en"):  # the browser's language
        expect(state).to_contain_text(str(image.failure))
    page.locator(f"#image-{image.pk}").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    queue.work()
    expect(page.locator("[data-compare]")).to_be_visible()
    expect(page.locator("#waiting")).to_have_count(0)
    page.locator("#downloads summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Without background").click()
    assert download.value.suggested_filename.endswith("_cut-out.png")
    assert not violations


@pytest.mark.both
def test_selection_by_keyboard_is_deleted_and_restored(tab, doctor, violations):
    images = [submit(doctor, title=f"Image {n}") for n in range(5)][::-1]
    page = tab(doctor)
    page.goto("/gallery/")
    bar, count = page.locator("#selection"), page.locator("[data-selection-count]")
    expect(bar).to_be_hidden()
    page.locator(f"#pick-{images[0].pk}").focus()
    page.keyboard.press("Space")
    expect(count).to_have_text("1 selected")
    page.locator(f"#pick-{images[2].pk}").focus()
    page.keyboard.press("Shift+Space")
    expect(count).to_have_text("3 selected")
    page.keyboard.press("Control+a")
    expect(count).to_have_text("5 selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(selected(page)).to_have_count(0)

    for image in images[:2]:
        page.locator(f"#pick-{image.pk}").focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert UserImage.objects.visible_to(doctor).count() == 5, "Enter on a checkbox does nothing"
    bar.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#images .tile")).to_have_count(3)
    expect(page.locator("#gallery-count")).to_have_text("3 images")
    assert UserImage.objects.visible_to(doctor).count() == 3
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("2 images deleted.")
    expect(toast.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#images .tile")).to_have_count(5)
    expect(page.locator(f"#pick-{images[0].pk}")).to_be_focused()
    assert UserImage.objects.visible_to(doctor).count() == 5
    assert not violations


def test_selection_by_pointer_is_starred_tagged_and_downloaded(tab, doctor, violations):
    images = [submit(doctor) for _ in range(4)][::-1]
    page = tab(doctor)
    page.goto("/gallery/")
    page.locator(f"#tile-{images[0].pk} .pick").click()
    page.locator(f"#tile-{images[2].pk} .pick").click(modifiers=["Shift"])
    expect(selected(page)).to_have_count(3)
    page.locator(
        f"#image-{images[3].pk}"
    ).click()  # during a selection, clicking an image selects it
    expect(selected(page)).to_have_count(4)
    page.locator(f"#image-{images[3].pk}").click()
    expect(selected(page)).to_have_count(3)

    bar = page.locator("#selection")
    bar.get_by_role("button", name="Favorite").click()
    expect(page.locator("#images .star")).to_have_count(3)
    expect(selected(page)).to_have_count(3)
    bar.locator("summary").click()
    page.keyboard.press("Escape")
    expect(bar.locator("[name=tags]")).to_be_hidden()
    expect(selected(page)).to_have_count(3)  # Esc only closed the menu
    bar.locator("summary").click()
    bar.locator("[name=tags]").fill("suivi")
    bar.locator("[name=tags]").press("Enter")
    expect(page.locator("#images .cap-site", has_text="suivi")).to_have_count(3)
    assert UserImage.objects.filter(tags__key="suivi", is_favorite=True).count() == 3
    with page.expect_download() as download:
        bar.get_by_role("button", name="Download as ZIP").click()
    assert download.value.suggested_filename == "gallery.zip"
    bar.get_by_role("button", name="Favorite").click()  # all have a star, so it is removed
    expect(page.locator("#images .star")).to_have_count(0)
    assert not violations


def test_comparison_slider_works_by_keyboard_and_pointer(tab, doctor, violations):
    image = submit(doctor)
    page = tab(doctor)
    page.goto(f"/gallery/images/{image.pk}/")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("55")
    expect(slider).to_have_attribute("aria-valuetext", "55% of the original")
    clip = "getComputedStyle(document.querySelector('.compare-before')).clipPath"
    assert "45%" in page.evaluate(clip)
    frame = page.locator(".compare-frame").bounding_box()
    page.mouse.click(frame["x"] + frame["width"] * 0.25, frame["y"] + 20)
    assert abs(int(slider.input_value()) - 25) <= 1, "the slider follows the pointer"
    before, after = (page.locator(f".compare-{name} img") for name in ("before", "after"))
    assert before.bounding_box() == after.bounding_box(), "both pictures are in the same place"
    page.locator(".compare-names").get_by_role("link", name="Background removed").press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer.locator("[data-position]")).to_have_text("2 / 2")
    expect(viewer.locator("canvas").first).to_be_visible()
    expect(viewer.get_by_role("button", name="Delete")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(viewer.locator("[data-label]")).to_have_text("Original")
    page.keyboard.press("Escape")
    expect(page.locator("[data-viewer-item][data-id=before] a")).to_be_focused()
    assert not violations


def test_search_filters_scrolling_and_back(tab, doctor, violations, monkeypatch):
    monkeypatch.setattr("gallery.views.grid.IMAGES", 12)
    for number in range(30):
        submit(doctor, ready=False, title=f"Épaule {number}" if number % 2 else "Dos")
    page = tab(doctor)
    page.goto("/gallery/")
    page.locator("#filter-q").press_sequentially("epaule", delay=20)
    expect(page.locator("#images .cap b", has_text="Dos")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/gallery/\?q=epaule$"))
    expect(page.locator("#filter-q")).to_be_focused()
    expect(page.locator("#images .tile")).to_have_count(12)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("#images .tile")).to_have_count(15)
    page.locator("#filter-order").select_option("created_at")
    expect(page.locator("#images .cap b").first).to_have_text("Épaule 1")
    page.locator("#filter-q").fill("nowhere")
    expect(page.get_by_text("No matching images")).to_be_visible()
    page.get_by_role("link", name="Show all images").click()
    expect(page.locator("#images .tile")).to_have_count(12)
    page.go_back()
    expect(page.get_by_text("No matching images")).to_be_visible()
    assert not violations


def test_quota_error_of_the_server_is_shown(tab, doctor):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    page = tab(doctor)
    page.goto("/gallery/")
    page.locator("[data-open-upload]").first.click()
    page.locator("[data-browse-input]").set_input_files(files(1))
    page.locator("#upload [data-send]").click()
    expect(page.locator("#upload [data-tile]")).to_contain_text("full")
