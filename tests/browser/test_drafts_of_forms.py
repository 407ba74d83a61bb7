"""Drafts of every kind of form, and drafts that conflict with what somebody else saved."""

from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultations.models import Consultation
from tests.browser.drafting import (
    DRAFT_RESTORED,
    STORED_DRAFTS,
    TEXT,
    log_in,
    notes_field,
    save,
    wait_until_deleted,
    wait_until_stored,
)


def test_restored_draft_shows_what_was_saved_meanwhile(tab, doctor, consultation, edit_url):
    """Otherwise the restored draft silently overwrites the other user's text."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    wait_until_stored(page)
    Consultation.objects.update(notes="Written by a colleague", reason="Another reason")
    page.reload()
    expect(notes_field(page)).to_have_value(TEXT)
    expect(page.get_by_text("Notes: Written by a colleague")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Another reason")


def test_restored_draft_asks_before_overwriting(tab, doctor, consultation, edit_url):
    """The draft is based on an old version: saving it must not replace later changes."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    wait_until_stored(page)
    Consultation.objects.filter(pk=consultation.pk).update(notes="Of a colleague.", reason="Mole")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text(DRAFT_RESTORED)).to_be_visible()
    save(page)
    choice = page.get_by_role("group", name="Notes")
    expect(choice).to_contain_text("Of a colleague.")
    expect(choice).to_contain_text("Squame fine")
    assert Consultation.objects.get().notes == "Of a colleague."
    choice.get_by_role("radio").last.check()
    save(page)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    saved = Consultation.objects.get()
    assert (saved.notes.replace("\r", ""), saved.reason) == (TEXT, "Mole")
    wait_until_deleted(page)


def test_refused_form_keeps_its_draft(tab, doctor, edit_url):
    """Otherwise leaving a form that came back with an error loses its text."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    page.get_by_label("Date").fill("")
    save(page)
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    expect(notes_field(page)).to_have_value(TEXT)
    expect(page.get_by_text(DRAFT_RESTORED)).to_have_count(0)
    page.goto("/")
    page.goto(edit_url)
    expect(notes_field(page)).to_have_value(TEXT)


def test_draft_restores_site_and_side(tab, doctor, image):
    """The side must be restored after its site, or it is lost."""
    page = tab(doctor)
    path = f"/consultations/images/{image.pk}/"
    page.goto(path)
    site = page.locator("main form [name=body_site]")
    paired_site = site.locator("option[data-paired]").first.get_attribute("value")
    site.select_option(paired_site)
    page.locator("main form [name=laterality][value=left]").check()
    wait_until_stored(page)
    page.reload()
    expect(site).to_have_value(paired_site)
    expect(page.locator("main form [name=laterality][value=left]")).to_be_checked()
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    wait_until_deleted(page)
    image.refresh_from_db()
    assert (image.body_site, image.laterality) == (paired_site, "left")


def test_draft_restores_title_and_tag_of_a_gallery_image(tab, doctor, user_image):
    page = tab(doctor)
    path = f"/gallery/images/{user_image.pk}/"
    page.goto(path)
    page.get_by_role("button", name="Change the title").click()
    page.locator("[data-title-form] input").fill("Nævus, dos")
    page.get_by_label("Add a tag").fill("suivi")
    wait_until_stored(page)
    page.reload()
    title = page.locator("[data-title-form] input")
    expect(title).to_have_value("Nævus, dos")
    expect(page.get_by_label("Add a tag")).to_have_value("suivi")
    title.press("Enter")
    expect(page.get_by_role("heading", name="Nævus, dos")).to_be_visible()
    page.get_by_label("Add a tag").press("Enter")
    expect(page.locator("[data-tag-name]", has_text="suivi")).to_be_visible()
    wait_until_deleted(page)


def test_drafts_contain_no_passwords(tab, doctor):
    page = tab(doctor)
    page.goto("/accounts/profile/")
    page.evaluate(
        """() => {
            const field = Object.assign(document.createElement("input"), {
                type: "password", name: "secret",
            });
            document.querySelector("[data-draft]").append(field);
        }"""
    )
    page.locator("[data-draft] [name=secret]").fill("hunter2hunter2")
    page.locator("[data-draft] input[type=text]").first.fill("Another name")
    wait_until_stored(page)
    assert "hunter2" not in page.evaluate(STORED_DRAFTS)
    assert "csrf" not in page.evaluate(STORED_DRAFTS)


def test_admin_forms_have_drafts(tab, staff, record, violations):
    """Staff are interrupted while they correct a record."""
    staff.user_permissions.add(Permission.objects.get(codename="change_patient"))
    page = tab(staff)
    admin_url = f"/admin/consultations/patient/{record.pk}/change/"
    page.goto(admin_url)
    name = page.locator("#id_full_name")
    name.fill("Marie Lefèvre-Aubry")
    Session.objects.all().delete()
    page.locator("[name=_save]").click()
    page.wait_for_url("**/accounts/login/**")
    log_in(page, staff)
    page.wait_for_url(f"**{admin_url}")
    expect(page.get_by_text(DRAFT_RESTORED)).to_be_visible()
    expect(name).to_have_value("Marie Lefèvre-Aubry")
    page.locator("[name=_save]").click()
    page.wait_for_url("**/admin/consultations/patient/")
    page.goto(admin_url)
    expect(page.get_by_text(DRAFT_RESTORED)).to_have_count(0)
    wait_until_deleted(page)
    assert not violations


def test_unanswered_conflict_is_asked_again(tab, doctor, consultation, edit_url):
    """Leaving the page with both texts and coming back is not a choice."""
    page = tab(doctor)
    page.goto(edit_url)
    notes_field(page).fill(TEXT)
    Consultation.objects.filter(pk=consultation.pk).update(notes="Of a colleague.")
    save(page)
    choice = page.get_by_role("group", name="Notes")
    expect(choice).to_contain_text("Of a colleague.")
    notes_field(page).press_sequentially("!")
    wait_until_stored(page)
    page.wait_for_timeout(400)  # until the last character is stored
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(edit_url)
    expect(page.get_by_text(DRAFT_RESTORED)).to_be_visible()
    save(page)
    expect(choice).to_contain_text("Of a colleague.")
    assert Consultation.objects.get().notes == "Of a colleague."


def test_draft_of_the_upload_form_is_restored(tab, doctor, consultation):
    """The upload dialog may be closed to look something up; the text must be kept."""
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    text = page.locator("dialog[open]").get_by_label("Description")
    text.fill("Darker than in spring.")
    text.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    dialogs = []

    def dismiss(dialog):
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert dialogs == ["beforeunload"]
    page.locator("[data-open-upload]").first.click()
    expect(text).to_have_value("Darker than in spring.")
    Session.objects.all().delete()
    page.remove_listener("dialog", dismiss)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/consultations/{consultation.pk}/")
    log_in(page, doctor)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    expect(page.get_by_text(DRAFT_RESTORED)).to_be_visible()
    page.locator("[data-open-upload]").first.click()
    expect(text).to_have_value("Darker than in spring.")
