"""A clinician's work in a real browser: uploading, viewing and deleting images."""

import base64
import re

import pytest
from playwright.sync_api import expect

from consultations.models import ConsultationImage
from testing.cast import blobs, photograph

PICTURES = {"IMG_1.JPG": 1, "IMG_2.JPG": 2, "IMG_3.JPG": 3}


def files():
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": photograph(seed=seed, size=(960, 720))}
        for name, seed in PICTURES.items()
    ]


def drop(page, selector, files):
    """Drop files on an element, as from the desktop."""
    data_transfer = page.evaluate_handle(
        """async (files) => {
            const data = new DataTransfer();
            for (const { name, mimeType, content } of files) {
                const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
                data.items.add(new File([bytes], name, { type: mimeType }));
            }
            return data;
        }""",
        [
            {**file, "content": base64.b64encode(file["buffer"]).decode(), "buffer": None}
            for file in files
        ],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(selector, event, {"dataTransfer": data_transfer})


@pytest.mark.both
def test_photographs_are_dropped_described_viewed_deleted_and_restored(
    tab, doctor, record, consultation, violations
):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    expect(page.get_by_text("No image yet")).to_be_visible()

    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    expect(modal).to_contain_text("Marie Lefèvre")
    drop(page, "[data-drop]", files())
    tiles = modal.locator("[data-tile]")
    expect(tiles).to_have_count(3)

    modal.locator("[name=image_type]").select_option("dermoscopy")
    modal.locator("[name=dermoscopic_type]").select_option("contact_polarized")
    modal.locator("[name=body_site]").select_option("70559009")
    send_button = modal.locator("[data-send]")
    expect(send_button).to_contain_text("3")
    send_button.click()
    expect(tiles).to_have_count(3)
    assert ConsultationImage.objects.count() == 0, "a paired site without its side is not sent"
    modal.get_by_label("Left", exact=True).check()
    modal.locator("[name=body_location]").fill("inner side")
    modal.get_by_label("The first image is the primary one").check()
    send_button.click()

    grid = page.locator("#images .tile")
    expect(grid).to_have_count(3)
    expect(page.locator("#images [data-count]")).to_have_text("3")
    expect(modal).to_be_hidden()
    stored = list(ConsultationImage.objects.all())
    assert {i.original_filename for i in stored} == set(PICTURES)
    for image in stored:
        assert (image.image_type, image.body_site) == ("dermoscopy", "70559009")
        assert (image.laterality, image.body_location) == ("left", "inner side")
        assert image.dermoscopic_type == "contact_polarized"
    assert sum(i.is_primary for i in stored) == 1

    grid.first.locator("a").click()
    viewer = page.locator("#viewer")
    position = viewer.locator("[data-position]")
    zoom = viewer.locator("[data-zoom]")
    expect(position).to_have_text("1 / 3")
    expect(viewer).to_contain_text("Marie Lefèvre")
    expect(viewer.locator("canvas").first).to_be_visible()
    expect(viewer.locator("[data-loading]")).to_be_hidden()
    expect(zoom).to_have_text(re.compile(r"100"))
    for _ in range(2):  # hides and shows the panel
        page.keyboard.press("i")
        page.wait_for_timeout(400)
        expect(zoom).to_have_text(re.compile(r"100"))
    page.keyboard.press("+")
    expect(zoom).to_have_text(re.compile(r"125"))
    page.keyboard.press("ArrowRight")
    expect(position).to_have_text("2 / 3")
    expect(zoom).to_have_text(re.compile(r"125"))
    page.keyboard.press("ArrowRight")
    expect(position).to_have_text("3 / 3")
    page.keyboard.press("ArrowLeft")
    expect(position).to_have_text("2 / 3")
    page.keyboard.press("-")
    expect(zoom).to_have_text(re.compile(r"100"))

    page.keyboard.press("Delete")
    assert ConsultationImage.objects.count() == 3, "deleted only after confirmation"
    viewer.locator("[data-do=really-delete]").click()
    expect(position).to_have_text("2 / 2")
    expect(page.locator("#images .tile")).to_have_count(2)
    assert ConsultationImage.objects.count() == 2
    assert len(blobs()) == 9, "in the bin, from which it can come back"
    viewer.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(position).to_have_text("2 / 3")  # and is shown again
    expect(viewer.locator("[data-do=delete]")).to_be_focused()  # the button pressed is gone
    expect(page.locator("#images .tile")).to_have_count(3)
    assert ConsultationImage.objects.count() == 3
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    assert not violations


def test_refused_files_do_not_block_valid_ones(tab, doctor, consultation, violations):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    valid_file = files()[0]
    pdf = {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 not a picture"}
    broken = {**files()[1], "buffer": files()[1]["buffer"][:9000], "name": "broken.jpg"}
    modal.locator("[data-browse-input]").set_input_files([valid_file, pdf, broken])
    expect(modal.locator("[data-refused]")).to_contain_text("letter.jpg")
    expect(modal.locator("[data-tile]")).to_have_count(2)
    modal.locator("[data-send]").click()
    expect(modal.get_by_text("damaged or incomplete")).to_be_visible()
    expect(page.locator("#images .tile")).to_have_count(1)
    assert [i.original_filename for i in ConsultationImage.objects.all()] == ["IMG_1.JPG"]
    assert len(blobs()) == 3
    assert not violations


def test_retried_upload_is_stored_once(tab, doctor, consultation):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    lost_answers = []

    def drop_first_answer(route):
        if lost_answers:
            route.continue_()
        else:
            lost_answers.append(
                route.fetch()
            )  # the server stores it, but the browser gets no answer
            route.abort()

    page.route("**/api/v1/consultations/*/images", drop_first_answer)
    page.locator("[data-open-upload]").first.click()
    page.locator("[data-browse-input]").set_input_files(files()[:1])
    page.locator("#upload [data-send]").click()
    retry = page.locator("#upload :is([data-retry], [data-retry-all]):visible").first
    retry.click(timeout=30_000)
    expect(page.locator("#images .tile")).to_have_count(1)
    assert lost_answers
    assert lost_answers[0].status == 201
    assert ConsultationImage.objects.count() == 1


def test_photographs_can_be_pasted_and_taken_by_camera(tab, doctor, consultation, violations):
    """Where the browser cannot judge them, too: what the camera of tests shows moves."""
    page = tab(doctor)
    page.route("**/looking/worker.js", lambda route: route.abort())
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    page.evaluate(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "image.jpg", { type: "image/jpeg" }));
            const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
            document.querySelector("#upload").dispatchEvent(paste);
        }""",
        base64.b64encode(photograph(seed=1)).decode(),
    )
    expect(modal.locator("[data-tile]")).to_have_count(1)
    modal.locator("[data-camera-open]").click()
    modal.get_by_role("button", name="Take the photo").click()
    expect(modal.locator("[data-tile]")).to_have_count(2)
    modal.get_by_role("button", name="Close the camera").click()
    modal.locator("[data-send]").click()
    expect(page.locator("#images .tile")).to_have_count(2)
    assert {image.mime_type for image in ConsultationImage.objects.all()} == {"image/jpeg"}
    assert not violations


def test_closing_with_unsent_files_asks_first(tab, doctor, consultation):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    modal.locator("[data-browse-input]").set_input_files(files())
    expect(modal.locator("[data-tile]")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(modal.locator("[data-ask]")).to_be_visible()
    modal.locator("[data-ask-stay]").click()
    expect(modal.locator("[data-tile]")).to_have_count(3)
    page.keyboard.press("Escape")
    modal.locator("[data-ask-leave]").click()
    expect(modal).to_be_hidden()
    assert not ConsultationImage.objects.exists()


@pytest.mark.both
def test_five_photographs_are_uploaded_from_a_phone(tab, doctor, consultation, violations):
    page = tab(doctor, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.tap()
    photographs = [
        {"name": f"IMG_{n}.JPG", "mimeType": "", "buffer": photograph(seed=n, size=(640, 480))}
        for n in range(1, 6)
    ]
    page.locator("[data-browse-input]").set_input_files(photographs)
    expect(page.locator("[data-tile]")).to_have_count(5)
    send_button = page.locator("#upload [data-send]")
    expect(send_button).to_be_in_viewport()
    send_button.tap()
    expect(page.locator("#images .tile")).to_have_count(5)
    page.locator("#images .tile a").first.tap()
    expect(page.locator("#viewer [data-position]")).to_have_text("1 / 5")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert not violations


def test_patient_can_view_but_not_change_images(tab, patient, image, violations):
    page = tab(patient)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Consultation")).first.click()
    page.wait_for_load_state()  # before its scripts run, a tile is a plain link
    expect(page.locator("#images .tile")).to_have_count(1)
    expect(page.locator("[data-open-upload]")).to_have_count(0)
    expect(page.get_by_text("for the doctor's eyes")).to_have_count(0)
    page.locator("#images .tile a").click()
    viewer = page.locator("#viewer")
    expect(viewer.locator("[data-position]")).to_have_text("1 / 1")
    expect(viewer.locator("[data-do=delete]")).to_be_hidden()
    with page.expect_download() as download:
        viewer.locator("[data-download]").click()
    assert download.value.suggested_filename == "IMG_4821.JPG"
    assert not violations


@pytest.mark.both
def test_viewer_works_by_keyboard_and_keeps_focus(tab, doctor, image):
    page = tab(doctor)
    page.goto(f"/consultations/{image.consultation_id}/")
    page.locator("#images .tile a").focus()
    page.keyboard.press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body"
            " || document.getElementById('viewer').contains(document.activeElement)"
        ), "focus stays in the viewer"
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.tile') !== null"), (
        "and returns to the tile"
    )


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_pages_show_their_content_with_and_without_javascript(tab, doctor, record, image, script):
    page = tab(doctor, java_script_enabled=script)
    for path, text in (
        ("/", "Marie Lefèvre"),
        ("/patients/?q=lefevre", "Marie Lefèvre"),
        (f"/patients/{record.pk}/", "Macro"),
        (f"/consultations/{image.consultation_id}/", "Macro"),
        (f"/consultations/images/{image.pk}/", "IMG_4821.JPG"),
    ):
        page.goto(path)
        expect(page.locator("body")).to_contain_text(text)
    page.goto(f"/consultations/{image.consultation_id}/")
    if not script:
        page.locator("#images .tile a").click()
        expect(page).to_have_url(re.compile(f"/consultations/images/{image.pk}/"))
