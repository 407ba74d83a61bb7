"""Helpers for tests of drafts: typing, saving, logging in and out."""

import re

from testing.cast import PASSWORD

TEXT = "Squame fine, bord net : à revoir dans trois mois.\nPas de prurit."
DRAFT_RESTORED = re.compile("Unsaved text was recovered")
STORED_DRAFTS = """() => Object.keys(sessionStorage).filter((key) => key.startsWith("draft:"))
    .map((key) => sessionStorage[key]).join()"""


def notes_field(page):
    return page.get_by_label("Notes")


def log_in(page, user):
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def log_out(page):
    page.get_by_label(re.compile("^Account of")).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/")


def save(page):
    page.locator("main").get_by_role("button", name="Save", exact=True).click()


def wait_until_stored(page):
    page.wait_for_function(f"() => ({STORED_DRAFTS})().length > 0")


def wait_until_deleted(page):
    page.wait_for_function(f"() => ({STORED_DRAFTS})() === ''")
