"""Nothing typed is lost, and nothing typed is left for the next person."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultations.models import Consultation
from testing.totp import code_of
from tests.browser.drafting import FOUND, TEXT, gone, log_in, log_out, notes, save, written


def test_an_ended_session(tab, doctor, consultation, edit, violations):
    """Half an hour of notes would be gone: the login page came instead of them."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    Session.objects.all().delete()
    save(page)
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    log_in(page, doctor)
    page.wait_for_url(f"**{edit}")
    expect(page.get_by_text(FOUND)).to_be_visible()
    assert notes(page).input_value() == TEXT
    save(page)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    gone(page)
    consultation.refresh_from_db()
    assert consultation.notes.replace("\r\n", "\n") == TEXT
    page.goto(edit)
    expect(page.get_by_text(FOUND)).to_have_count(0)
    assert not violations


def test_an_ended_session_of_whoever_has_a_second_factor(tab, doctor, factor, edit):
    """The second step would drop the way back, and the text with it."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    Session.objects.all().delete()
    switched = factor(doctor)
    save(page)
    page.wait_for_url("**/accounts/login/**")
    log_in(page, doctor)
    page.get_by_label("Code").fill(code_of(switched.secret))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{edit}")
    expect(notes(page)).to_have_value(TEXT)


def test_a_login_in_another_tab(tab, doctor, consultation, edit):
    """It was a page "open for too long", with the notes behind it."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    log_in(other, doctor)
    other.wait_for_url(lambda url: "/login" not in url)
    save(page)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    assert Consultation.objects.get().notes.replace("\r\n", "\n") == TEXT


def test_another_person_logs_in_in_another_tab(tab, doctor, other_doctor, consultation, edit):
    """One person's notes would be saved in the other's name, or shown to the other."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    written(page)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    log_in(other, other_doctor)
    other.wait_for_url(lambda url: "/login" not in url)
    gone(page)
    save(page)
    expect(page.get_by_text("This page was open for too long.")).to_be_visible()
    assert "Squame" not in page.content()
    gone(page)
    assert Consultation.objects.get().notes != TEXT


def test_a_stale_token_leads_back_to_the_text(tab, doctor, edit):
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    page.context.clear_cookies(name="csrftoken")
    save(page)
    page.get_by_role("link", name="Back to the form").click()
    expect(notes(page)).to_have_value(TEXT)


def test_a_logout_leaves_nothing(tab, doctor, other_doctor, edit):
    """On a shared computer the next person would read it."""
    page = tab(doctor)
    page.goto(edit)
    other = page.context.new_page()
    other.goto(edit)
    for each in (page, other):
        notes(each).fill(TEXT)
        written(each)
    page.on("dialog", lambda dialog: dialog.accept())
    log_out(page)
    gone(page)
    gone(other)
    assert "Squame" not in page.evaluate("() => JSON.stringify([localStorage, sessionStorage])")
    log_in(page, doctor)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(edit)
    expect(page.get_by_text(FOUND)).to_have_count(0)
    assert notes(page).input_value() != TEXT


def test_another_person_in_the_same_tab(tab, doctor, other_doctor, edit):
    """The session ended without a logout, and somebody else logs in."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    Session.objects.all().delete()
    save(page)
    page.wait_for_url("**/accounts/login/**")
    log_in(page, other_doctor)
    page.wait_for_url(f"**{edit}")
    gone(page)


def test_leaving_is_warned_about(tab, doctor, edit):
    """A touch on a link would lose the text; and a warning without need is soon not read."""
    page = tab(doctor)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(edit)
    before = notes(page).input_value()
    notes(page).press("Control+End")
    notes(page).press_sequentially("x")
    page.get_by_role("link", name="Cancel").click()
    expect(notes(page)).to_have_value(before + "x")
    assert asked == ["beforeunload"]
    notes(page).press("Backspace")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(lambda url: "/edit/" not in url)
    assert asked == ["beforeunload"]


def test_a_lost_connection_and_back(tab, doctor, edit):
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    page.context.set_offline(True)
    save(page)
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(edit)
    expect(notes(page)).to_have_value(TEXT)
    page.get_by_role("button", name="Discard it").click()
    assert notes(page).input_value() != TEXT
    page.reload()
    expect(page.get_by_text(FOUND)).to_have_count(0)
