"""On paper: whose it is, from where and when, pictures whole with their words, nothing to press."""

import re

import pytest
from playwright.sync_api import expect

PRESSED = "button, .btn, input, select, textarea, dialog, .tabbar, .top"
# How bright they are, 0 to 255.
LETTERS = """() => {
    const drawn = document.createElement('canvas').getContext('2d');
    drawn.fillStyle = getComputedStyle(document.querySelector('.card')).color;
    drawn.fillRect(0, 0, 1, 1);
    return drawn.getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.mark.parametrize("kind", ["consultation", "patient", "image"])
def test_paper_says_whose_and_when_and_offers_nothing_to_press(
    tab, doctor, consultation, image, settings, violations, kind
):
    """Whoever finds the sheet on a desk must know whose it is; what is pressed means nothing there;
    in the dark theme a page of ink would come out."""
    settings.PRACTICE_NAME = "Cabinet du Port"
    path = {
        "consultation": f"/consultations/{consultation.pk}/",
        "patient": f"/patients/{consultation.patient_id}/",
        "image": f"/consultations/images/{image.pk}/",
    }[kind]
    page = tab(doctor, locale="fr-FR", color_scheme="dark")
    page.goto(path)
    head = page.locator(".print-only")
    expect(head).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    expect(head).to_have_text(re.compile(r"^Cabinet du Port · Imprimé le \d+(er)? \w+ \d{4}$"))
    expect(page.locator(".patient-name")).to_have_text("Marie Lefèvre")
    assert page.locator(PRESSED).filter(visible=True).count() == 0
    assert page.evaluate(LETTERS) < 60, "dark letters on white paper"
    assert "for the doctor's eyes" not in page.locator("main").inner_text(), "given to the patient"
    for picture in page.locator("#images .tile img, .mat img").all():
        assert picture.evaluate("img => getComputedStyle(img).objectFit") != "cover"
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert pages == 1
    assert not violations
