"""The second factor in a real browser: from switching it on to losing the phone."""

import re

import cv2
import numpy as np
from playwright.sync_api import expect

from testing.cast import PASSWORD
from testing.totp import code_of, wrong_code

from .page_faults import page_faults

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def type_password(page, user):
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def decode_qr(png):
    """The text of a QR code in a PNG."""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    # cv2.QRCodeDetector misses one valid code in a hundred.
    return cv2.QRCodeDetectorAruco().detectAndDecode(pixels)[0]


def log_out(page):
    page.get_by_label(re.compile("^Account of")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/login/")


def paste_from_clipboard(page):
    """The clipboard's text. The site's policy allows writing to the clipboard, but not reading."""
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))"
    )
    page.locator("#paste").press("Control+V")
    text = page.locator("#paste").input_value()
    page.evaluate("document.querySelector('#paste').remove()")
    return text


def test_factor_is_switched_on_used_and_switched_off_by_keyboard(tab, patient, violations):
    """On a phone's screen."""
    page = tab(patient, **PHONE, color_scheme="dark")
    page.goto("/")
    page.context.grant_permissions(["clipboard-write"])
    page.get_by_label(re.compile("^Account of")).focus()
    page.keyboard.press("Enter")
    for _item in ("Profile and language", "Security"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/security/")
    page.get_by_role("link", name="Turn on").focus()
    page.keyboard.press("Enter")

    secret = page.locator("code").inner_text()
    picture = page.get_by_role("img", name="QR code")
    picture.scroll_into_view_if_needed()
    assert secret.replace(" ", "") in decode_qr(picture.screenshot())
    code = page.get_by_label("Code")
    code.focus()
    page.keyboard.type(wrong_code(secret))
    page.keyboard.press("Enter")
    expect(code).to_be_focused()
    expect(code).to_have_value("")
    expect(page.locator("main .error")).to_contain_text("Wrong code")
    page.wait_for_timeout(1100)  # the pause after a wrong code
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")

    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    page.wait_for_load_state()  # buttons work only when their script is loaded
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert paste_from_clipboard(page).split() == codes
    page.get_by_role("link", name="Download").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "dermaai-recovery-codes.txt"
    assert all(recovery_code in download.value.path().read_text() for recovery_code in codes)
    page.evaluate("window.print = () => (document.title = 'printed')")
    page.get_by_role("button", name="Print").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title("printed")
    page.get_by_role("link", name="continue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    log_out(page)
    type_password(page, patient)
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    assert code.get_attribute("autocomplete") == "one-time-code"
    assert code.get_attribute("inputmode") == "numeric"
    assert code.bounding_box()["height"] >= 48
    page.keyboard.type(code_of(secret, 1))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)

    log_out(page)
    type_password(page, patient)
    page.get_by_role("link", name="Use a recovery code").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Recovery code")).to_be_focused()
    assert page.get_by_label("Recovery code").get_attribute("inputmode") == "text"
    page.keyboard.type(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)

    page.goto("/accounts/security/")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    page.get_by_role("link", name="Turn off").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code or recovery code").fill(codes[1])
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("is off")
    assert not violations


def test_set_up_works_without_javascript(new_context, live_server, doctor):
    page = new_context(java_script_enabled=False, base_url=live_server.url).new_page()
    type_password(page, doctor)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/accounts/security/second-factor/")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.get_by_label("Code").fill(code_of(page.locator("code").inner_text()))
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10)
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


def test_print_shows_only_the_recovery_codes(tab, doctor):
    page = tab(doctor)
    page.goto("/accounts/security/second-factor/")
    page.get_by_label("Code").fill(code_of(page.locator("code").inner_text()))
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    expect(page.locator(".codes")).to_be_visible()
    for selector in (".top", ".tabbar", ".actions", ".card-foot"):
        expect(page.locator(selector).first).to_be_hidden()


def test_second_factor_pages_have_no_layout_or_accessibility_faults(tab, doctor, violations):
    problems = []

    def check(page, name):
        problems.extend(page_faults(page, name))

    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    for path in ("security/", "security/second-factor/"):
        page.goto(f"/accounts/{path}")
        check(page, path)
    code = page.get_by_label("Code")
    code.fill("12345")
    code.press("Enter")
    expect(page.locator("main .error")).to_be_visible()
    check(page, "a wrong code")
    page.wait_for_timeout(1100)
    secret = page.locator("code").inner_text()
    code.fill(code_of(secret))
    code.press("Enter")
    expect(page.locator(".codes")).to_be_visible()
    check(page, "codes")
    for path in ("security/", "security/recovery-codes/", "security/second-factor/off/"):
        page.goto(f"/accounts/{path}")
        check(page, path)
    page.context.clear_cookies()
    type_password(page, doctor)
    expect(page.get_by_label("Code")).to_be_focused()
    check(page, "login code")
    page.get_by_role("link", name="Utiliser un code de secours").click()
    expect(page.get_by_label("Code de secours")).to_be_focused()
    check(page, "recovery code")
    assert not problems
    assert not violations
