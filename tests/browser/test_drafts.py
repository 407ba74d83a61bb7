"""Drafts: typed text is never lost, and never left for the next user."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultations.models import Consultation
from testing.totp import code_of
from tests.browser.drafting import (
    DRAFT_RESTORED,
    TEXT,
    log_in,
    log_out,
    notes_field,
    save,
    wait_until_deleted,
    wait_until_stored,
)


def test_draft_survives_an_ended_session(tab, doctor, consultation, edit_url, violations):
    """Otherwise the notes are lost when saving leads to the login page."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    Session.objects.all().delete()
    save(page)
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    log_in(page, doctor)
    page.wait_for_url(f"**{edit_url}")
    expect(page.get_by_text(DRAFT_RESTORED)).to_be_visible()
    assert notes_field(page).input_value() == TEXT
    save(page)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    wait_until_deleted(page)
    consultation.refresh_from_db()
    assert consultation.notes.replace("\r\n", "\n") == TEXT
    page.goto(edit_url)
    expect(page.get_by_text(DRAFT_RESTORED)).to_have_count(0)
    assert not violations


def test_draft_survives_an_ended_session_with_a_second_factor(tab, doctor, factor, edit_url):
    """The code step must keep the way back to the form."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    Session.objects.all().delete()
    enrolled = factor(doctor)
    save(page)
    page.wait_for_url("**/accounts/login/**")
    log_in(page, doctor)
    page.get_by_label("Code").fill(code_of(enrolled.secret))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{edit_url}")
    expect(notes_field(page)).to_have_value(TEXT)


def test_form_saves_after_a_login_in_another_tab(tab, doctor, consultation, edit_url):
    """A new login changes the CSRF token; otherwise saving fails with "open for too long"."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    other_tab = page.context.new_page()
    other_tab.goto("/accounts/login/")
    log_in(other_tab, doctor)
    other_tab.wait_for_url(lambda url: "/login" not in url)
    save(page)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    assert Consultation.objects.get().notes.replace("\r\n", "\n") == TEXT


def test_login_of_another_user_in_another_tab_deletes_the_draft(
    tab, doctor, other_doctor, consultation, edit_url
):
    """Otherwise one user's notes are saved in the other's name, or shown to the other."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    wait_until_stored(page)
    other_tab = page.context.new_page()
    other_tab.goto("/accounts/login/")
    log_in(other_tab, other_doctor)
    other_tab.wait_for_url(lambda url: "/login" not in url)
    wait_until_deleted(page)
    save(page)
    expect(page.get_by_text("This page was open for too long.")).to_be_visible()
    assert "Squame" not in page.content()
    wait_until_deleted(page)
    assert Consultation.objects.get().notes != TEXT


def test_csrf_failure_leads_back_to_the_draft(tab, doctor, edit_url):
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    page.context.clear_cookies(name="csrftoken")
    save(page)
    page.get_by_role("link", name="Back to the form").click()
    expect(notes_field(page)).to_have_value(TEXT)


def test_logout_deletes_drafts_in_every_tab(tab, doctor, other_doctor, edit_url):
    """Otherwise the next user of a shared computer can read them."""
    page = tab(doctor)
    page.goto(edit_url)
    other_tab = page.context.new_page()
    other_tab.goto(edit_url)
    for each_tab in (page, other_tab):
        notes_field(each_tab).fill(TEXT)
        wait_until_stored(each_tab)
    page.on("dialog", lambda dialog: dialog.accept())
    log_out(page)
    wait_until_deleted(page)
    wait_until_deleted(other_tab)
    assert "Squame" not in page.evaluate("() => JSON.stringify([localStorage, sessionStorage])")
    log_in(page, doctor)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(edit_url)
    expect(page.get_by_text(DRAFT_RESTORED)).to_have_count(0)
    assert notes_field(page).input_value() != TEXT


def test_login_of_another_user_in_the_same_tab_deletes_the_draft(
    tab, doctor, other_doctor, edit_url
):
    """The session expired without a logout, and another user logs in."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    Session.objects.all().delete()
    save(page)
    page.wait_for_url("**/accounts/login/**")
    log_in(page, other_doctor)
    page.wait_for_url(f"**{edit_url}")
    wait_until_deleted(page)


def test_leaving_warns_only_about_unsaved_changes(tab, doctor, edit_url):
    """An accidental click must not lose text, and needless warnings would be ignored."""
    page = tab(doctor)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.dismiss()))
    page.goto(edit_url)
    original_text = notes_field(page).input_value()
    notes_field(page).press("Control+End")
    notes_field(page).press_sequentially("x")
    page.get_by_role("link", name="Cancel").click()
    expect(notes_field(page)).to_have_value(original_text + "x")
    assert dialogs == ["beforeunload"]
    notes_field(page).press("Backspace")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(lambda url: "/edit/" not in url)
    assert dialogs == ["beforeunload"]


def test_draft_survives_a_lost_connection_and_can_be_discarded(tab, doctor, edit_url):
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    page.context.set_offline(True)
    save(page)
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(edit_url)
    expect(notes_field(page)).to_have_value(TEXT)
    page.get_by_role("button", name="Discard it").click()
    assert notes_field(page).input_value() != TEXT
    page.reload()
    expect(page.get_by_text(DRAFT_RESTORED)).to_have_count(0)
