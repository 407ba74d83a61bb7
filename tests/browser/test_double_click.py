"""A button pressed twice, because of gloves or a slow connection, acts once."""

from playwright.sync_api import expect

from consultations.models import Consultation, Revision


def test_double_click_creates_one_consultation(tab, doctor, record, violations):
    page = tab(doctor)
    page.goto(f"/consultations/new/?patient={record.pk}")
    page.get_by_label("Reason").fill("Mole")
    page.get_by_role("button", name="Create the consultation").dblclick()
    page.wait_for_url("**/consultations/*/")
    assert Consultation.objects.count() == 1
    page.goto(f"/consultations/new/?patient={record.pk}")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Is this the same visit?")).to_be_focused()
    assert not violations


def test_double_click_saves_once_and_deletes_the_draft(tab, doctor, consultation):
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/edit/")
    page.get_by_label("Notes").fill("Sent once.")
    page.locator("main").get_by_role("button", name="Save", exact=True).dblclick()
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    page.goto(f"/consultations/{consultation.pk}/edit/")
    expect(page.get_by_label("Notes")).to_have_value("Sent once.")
    expect(page.get_by_text("Unsaved text was recovered")).to_have_count(0)
    assert Revision.objects.count() == 1
