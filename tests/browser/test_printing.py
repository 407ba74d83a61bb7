"""Printed pages: identity, practice and date, complete pictures with captions, no controls."""

import re

import pytest
from playwright.sync_api import expect

CONTROLS = "button, .btn, input, select, textarea, dialog, .tabbar, .top"
# The brightness of the text, 0 to 255.
TEXT_BRIGHTNESS = """() => {
    const drawn = document.createElement('canvas').getContext('2d');
    drawn.fillStyle = getComputedStyle(document.querySelector('.card')).color;
    drawn.fillRect(0, 0, 1, 1);
    return drawn.getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.mark.parametrize("kind", ["consultation", "patient", "image"])
def test_printed_page_has_identity_and_date_and_no_controls(
    tab, doctor, consultation, image, settings, violations, kind
):
    """Whoever finds the sheet must know whose it is; controls are useless on paper; and the dark
    colour scheme would print a page full of ink."""
    settings.PRACTICE_NAME = "Cabinet du Port"
    path = {
        "consultation": f"/consultations/{consultation.pk}/",
        "patient": f"/patients/{consultation.patient_id}/",
        "image": f"/consultations/images/{image.pk}/",
    }[kind]
    page = tab(doctor, locale="fr-FR", color_scheme="dark")
    page.goto(path)
    print_header = page.locator(".print-only")
    expect(print_header).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    expect(print_header).to_have_text(
        re.compile(r"^Cabinet du Port · Imprimé le \d+(er)? \w+ \d{4}$")
    )
    expect(page.locator(".patient-name")).to_have_text("Marie Lefèvre")
    assert page.locator(CONTROLS).filter(visible=True).count() == 0
    assert page.evaluate(TEXT_BRIGHTNESS) < 60, "dark letters on white paper"
    assert "for the doctor's eyes" not in page.locator("main").inner_text(), "given to the patient"
    for picture in page.locator("#images .tile img, .mat img").all():
        assert picture.evaluate("img => getComputedStyle(img).objectFit") != "cover"
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert pages == 1
    assert not violations
