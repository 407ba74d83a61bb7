"""A session that ends while somebody works is taken up in place, and what was under way goes on."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultations.models import ConsultationImage
from testing.cast import PASSWORD, photograph
from testing.totp import code_of

from .conftest import log_in
from .page_faults import covered_controls

COUNT_LOCKS = """
    window.locks = [];
    const request = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (kind) => {
        locks.push(await request(kind));
        return locks.at(-1);
    };
"""


def test_session_is_taken_up_in_place(tab, doctor, other_doctor, consultation, factor, violations):
    page = tab(doctor, permissions=["screen-wake-lock"])
    page.add_init_script(COUNT_LOCKS)
    page.goto(f"/consultations/{consultation.pk}/")
    enrolled, sent = [], []
    page.on("request", lambda one: sent.append(one) if one.method == "POST" else None)

    def end_session(route):
        """From the second picture on: the session has gone, and a code is asked for, too."""
        if len(sent) > 1 and not enrolled:
            Session.objects.all().delete()
            enrolled.append(factor(doctor))
        route.continue_()

    page.route("**/api/v1/consultations/*/images", end_session)
    page.locator("[data-open-upload]").first.click()
    modal, dialog = page.locator("#upload"), page.locator("#login-again")
    names = {f"IMG_{n}.JPG" for n in range(4)}
    modal.locator("[data-browse-input]").set_input_files(
        [
            {"name": name, "mimeType": "image/jpeg", "buffer": photograph(seed=seed)}
            for seed, name in enumerate(sorted(names), start=1)
        ]
    )
    modal.locator("[data-send]").click()
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("E-mail")).to_have_value(doctor.email)
    expect(dialog.get_by_label("E-mail")).not_to_be_editable()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Wrong e-mail or password.")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Code from your authenticator app")).to_be_focused()
    page.keyboard.type(code_of(enrolled[0].secret))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(modal).to_be_hidden()  # the batch went on by itself
    images = ConsultationImage.objects.all()
    assert sorted(image.original_filename for image in images) == sorted(names), "and nothing twice"
    keys = [one.headers["idempotency-key"] for one in sent if one.url.endswith("/images")]
    assert len(keys) > len(set(keys)) == 4, "what was refused was sent again as the same"

    # What the page fetches, too, above whatever is open.
    page.unroute("**/api/v1/consultations/*/images")
    page.locator("#images .tile a").first.click()
    Session.objects.all().delete()
    page.keyboard.press("e")
    expect(dialog).to_be_visible()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Use a recovery code").click()
    page.keyboard.type(enrolled[0].codes[0])
    page.keyboard.press("Enter")
    expect(page.locator("#viewer .viewer-edit form")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    # What the connection stopped goes on when it is back; until then no message lies over a button.
    page.locator("[data-open-upload]").first.click()
    picture = {"name": "later.jpg", "mimeType": "image/jpeg", "buffer": photograph(seed=5)}
    modal.locator("[data-browse-input]").set_input_files([picture])
    page.context.set_offline(True)
    modal.locator("[data-send]").click()
    expect(modal.get_by_role("button", name="Try again (1)")).to_be_visible()
    assert not covered_controls(page)
    page.context.set_offline(False)
    expect(modal).to_be_hidden()
    assert ConsultationImage.objects.count() == 5
    assert page.evaluate("locks.length > 1 && locks.every((lock) => lock.released)")

    # Somebody else logs in to this browser: the former person's picture is not sent in their name.
    log_in(page.context, other_doctor)
    page.context.new_page().goto("/")
    page.locator("[data-open-upload]").first.click()
    picture = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": photograph(seed=6)}
    modal.locator("[data-browse-input]").set_input_files([picture])
    sent.clear()
    modal.locator("[data-send]").click()
    expect(dialog.get_by_label("E-mail")).to_have_value(doctor.email)
    dialog.get_by_role("button", name="Later").click()
    expect(modal).to_contain_text("Your session has expired")
    expect(modal.locator("[data-tile]")).to_have_count(1)
    assert not sent
    assert ConsultationImage.objects.count() == 5
    assert not violations
