"""Pasting: text goes into the focused field, pictures into the upload dialog."""

import base64

import pytest
from playwright.sync_api import expect

from testing.cast import photograph

WORD_HTML = '<style>p { color: red }</style><p style="color: red">Nævus dos</p>'
PASTE = """([content, texts]) => {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
    for (const [type, text] of Object.entries(texts)) data.setData(type, text);
    const all = { clipboardData: data, bubbles: true, cancelable: true };
    const target = document.activeElement;
    return target.dispatchEvent(new ClipboardEvent("paste", all));
}"""


@pytest.fixture
def open_page(tab, doctor, consultation):
    """`open_page(where)`: the page of a consultation or of the gallery, which have the dialog."""

    def open_with_modal(where):
        page = tab(doctor)
        page.goto(f"/consultations/{consultation.pk}/" if where == "consultation" else "/gallery/")
        return page

    return open_with_modal


def paste(page, texts=None):
    """Paste a picture and further clipboard contents at the focus. True: the browser handles the
    paste itself."""
    content = base64.b64encode(photograph("PNG", seed=1)).decode()
    return page.evaluate(PASTE, [content, texts or {}])


@pytest.mark.parametrize("where", ["consultation", "gallery"])
def test_paste_into_a_field_stays_in_the_field(open_page, violations, where):
    """Otherwise text pasted from a word processor or spreadsheet is lost, and its picture uploaded
    as a photograph of the patient."""
    page = open_page(where)
    page.locator("[data-open-upload]").first.click()
    modal = page.locator("#upload")
    field = modal.locator("textarea, input[type=text]").first
    field.focus()
    assert paste(page, {"text/plain": "Nævus dos", "text/html": WORD_HTML})
    assert paste(page)
    page.locator("body").evaluate(
        """(body) => {
            const line = Object.assign(document.createElement("p"), { contentEditable: "true" });
            document.querySelector("#upload").append(line);
            line.focus();
        }"""
    )
    assert paste(page)
    expect(modal.locator("[data-tile]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()  # closes without asking: nothing is queued
    assert not violations


TEXTS = [
    {"text/plain": "12,5\t13", "text/html": "<table><tr><td>12,5<td>13</table>"},
    {"text/html": WORD_HTML},
    {"text/rtf": r"{\rtf1 Nævus}"},
    {"text/html": '<p>Dos <img src="https://example.org/a.png"></p>'},
]
PICTURES = [
    {},
    {"text/html": '<meta charset="utf-8"><img src="https://example.org/a.png" alt="a">'},
    {
        "text/plain": "https://example.org/a.png?b=1&c=2",
        "text/html": '<img alt="a > b" src="https://example.org/a.png?b=1&amp;c=2">',
    },
    {"text/plain": "image.png"},
    {"text/plain": "/home/claire/Images/image.png"},
]


def test_pasted_text_is_not_uploaded(open_page, violations):
    """The picture that accompanies copied text must not be queued, wherever the focus is."""
    page = open_page("consultation")
    for texts in TEXTS:
        assert paste(page, texts), texts
        expect(page.locator("#upload")).to_be_hidden()
    assert not violations


@pytest.mark.parametrize("where", ["consultation", "gallery"])
def test_pasted_picture_is_queued(open_page, violations, where):
    """Pictures copied from a page or a file manager come with HTML, a URL or a name, and must be
    accepted."""
    page = open_page(where)
    tiles = page.locator("#upload [data-tile]")
    for texts in PICTURES:
        assert not paste(page, texts), texts
        expect(tiles).to_have_count(1)
        tiles.locator("[data-remove]").click()
        expect(tiles).to_have_count(0)
    page.locator("#upload select").first.focus()
    assert not paste(page)  # a menu accepts no text
    expect(tiles).to_have_count(1)
    assert not violations


def test_text_from_the_real_clipboard_goes_into_the_field(open_page):
    """With the browser's own paste, the text is in the field and nothing else happens."""
    page = open_page("gallery")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async ([content, html]) => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const item = new ClipboardItem({
                "text/plain": new Blob(["Nævus dos"], { type: "text/plain" }),
                "text/html": new Blob([html], { type: "text/html" }),
                "image/png": new Blob([bytes], { type: "image/png" }),
            });
            await navigator.clipboard.write([item]);
        }""",
        [base64.b64encode(photograph("PNG", seed=1)).decode(), WORD_HTML],
    )
    field = page.locator("main input[type=search]")
    field.press("Control+V")
    expect(field).to_have_value("Nævus dos")
    expect(page.locator("#upload")).to_be_hidden()
