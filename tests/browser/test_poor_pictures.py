"""Poor pictures stop the hand while the patient is there: before they are sent, and after."""

import io

from django.utils import translation
from PIL import Image, ImageEnhance, ImageFilter
from playwright.sync_api import expect

from consultations.models import ConsultationImage
from imaging.quality import Verdict, measure
from imaging.renditions import halved
from testing.cast import drawn, photograph, selfie

from .page_faults import accessibility_violations

SIZE = (640, 480)


def jpeg(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def pictures():
    """{name: bytes}: one is good, three are poor, each for another reason."""
    good = drawn(seed=1, size=SIZE)
    return {
        "sharp.jpg": jpeg(good),
        "blurred.jpg": jpeg(drawn(seed=2, size=SIZE).filter(ImageFilter.GaussianBlur(3))),
        "dark.jpg": jpeg(ImageEnhance.Brightness(good).enhance(0.12)),
        "bright.jpg": jpeg(ImageEnhance.Brightness(good).enhance(1.9)),
    }


def server_says(data):
    """Why the server finds a picture poor, in English, as the page writes it."""
    verdict = Verdict.of(*measure(halved(Image.open(io.BytesIO(data)).convert("RGB"))))
    with translation.override("en"):
        words = [str(reason) for reason in verdict.reasons]
    return ", ".join([*words[:1], *(word.lower() for word in words[1:])])


def payload(name, data):
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def stored():
    return {image.original_filename for image in ConsultationImage.objects.all()}


def test_poor_pictures_are_retaken_or_kept(tab, doctor, consultation, violations):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    modal, poor = page.locator("#upload"), page.locator("#upload [data-poor]")
    tiles = modal.locator("[data-tile]")
    files = pictures() | {"phone.heic": photograph("HEIF", seed=4, size=SIZE)}
    modal.locator("[data-browse-input]").set_input_files([payload(*file) for file in files.items()])
    expect(tiles).to_have_count(5)
    expect(modal.locator("[data-blank].is-loading")).to_have_count(0)
    for name, data in pictures().items():  # the browser's verdict is the server's
        verdict = tiles.filter(has_text=name).locator("[data-verdict] [data-text]")
        expect(verdict).to_have_text(server_says(data))
    heic = tiles.filter(has_text="phone.heic").locator("img")
    expect(heic).to_be_visible()
    assert heic.evaluate("async (img) => (await img.decode(), img.naturalWidth)") == 480

    modal.locator("[data-send]").click()
    expect(poor).to_be_focused()
    expect(poor.locator("[data-poor-name]")).to_have_text(["blurred.jpg", "dark.jpg", "bright.jpg"])
    assert not stored(), "nothing is sent before somebody has said what becomes of them"
    with page.expect_file_chooser() as chooser:
        poor.get_by_role("button", name="Retake blurred.jpg").click()
    chooser.value.set_files([payload("again.jpg", photograph(seed=3, size=SIZE))])
    expect(tiles.nth(1)).to_contain_text("again.jpg")
    expect(poor.locator("li")).to_have_count(2)
    poor.get_by_role("button", name="Keep them all").click()
    expect(modal).to_be_hidden()  # it goes on by itself, and does not ask twice
    assert stored() == {"sharp.jpg", "again.jpg", "dark.jpg", "bright.jpg", "phone.heic"}

    def find_poor(route):
        """The server sees what this browser does not."""
        answer = route.fetch()
        quality = {"quality": {"verdict": "poor", "reasons": ["blurred"]}}
        route.fulfill(response=answer, json=answer.json() | quality)

    page.route("**/api/v1/consultations/*/images", find_poor, times=1)
    page.locator("[data-open-upload]").first.click()
    modal.locator("[data-browse-input]").set_input_files(
        [payload("late.jpg", photograph(seed=5, size=SIZE))]
    )
    modal.locator("[data-send]").click()
    expect(poor.locator("[data-poor-name]")).to_have_text(["late.jpg"])
    expect(modal).to_be_visible()  # it does not close itself
    with page.expect_file_chooser() as chooser:
        poor.get_by_role("button", name="Retake late.jpg").click()
    chooser.value.set_files([payload("better.jpg", photograph(seed=6, size=SIZE))])
    expect(modal).to_be_hidden()
    expect(page.locator("#images .tile")).to_have_count(6)
    assert "better.jpg" in stored()
    assert "late.jpg" not in stored(), "in the bin"

    # Whether a front camera's picture is mirrored is asked of each, once it is stored.
    page.locator("[data-open-upload]").first.click()
    fronts = [payload(f"front {seed}.jpg", selfie(seed)) for seed in range(1, 5)]
    modal.locator("[data-browse-input]").set_input_files(fronts)
    modal.locator("[data-send]").click()
    mirrors = modal.locator("[data-mirrors]")
    expect(mirrors.locator("li")).to_have_count(4)
    assert not accessibility_violations(page)
    mirrors.get_by_role("button", name="Not mirrored: front 2.jpg").click()
    expect(mirrors.locator("li")).to_have_count(3)
    mirrors.get_by_role("button", name="All of these are mirrored").click()
    expect(modal).to_be_hidden()
    expect(page.locator("#images .tile", has_text="Mirrored")).to_have_count(3)
    said = ConsultationImage.objects.filter(original_filename__startswith="front")
    assert list(said.order_by("original_filename").values_list("mirrored", flat=True)) == [
        "yes",
        "no",
        "yes",
        "yes",
    ]

    # A message does not stay because the pointer rests where it appears; only if it is moved there.
    # Others are gone: one that went meanwhile would take it from under the pointer.
    page.evaluate("for (const other of document.querySelectorAll('.toast')) other.remove()")
    page.clock.install()
    tell = "import('/static/js/components/toast.js').then(({ toast }) => void toast('Told.'))"
    told = page.locator(".toast", has_text="Told.")
    page.evaluate(tell)
    box = told.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle, steps=3)
    page.clock.fast_forward(7000)
    expect(told).to_have_count(1)
    page.mouse.move(9, 9)
    page.clock.fast_forward(7000)
    expect(told).to_have_count(0)
    page.mouse.move(*middle)
    page.evaluate(tell)
    expect(told).to_have_count(1)
    page.clock.fast_forward(7000)
    expect(told).to_have_count(0)
    assert not violations
