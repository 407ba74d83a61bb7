"""Forms of every kind, and drafts that meet what somebody else has saved."""

from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from consultations.models import Consultation
from tests.browser.drafting import FOUND, KEPT, TEXT, gone, log_in, notes, save, written


def test_what_somebody_saved_meanwhile_is_shown_beside(tab, doctor, consultation, edit):
    """Restored over it, the text of the one would erase the other's unseen."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    written(page)
    Consultation.objects.update(notes="Written by a colleague", reason="Another reason")
    page.reload()
    expect(notes(page)).to_have_value(TEXT)
    expect(page.get_by_text("Notes: Written by a colleague")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Another reason")


def test_a_draft_found_again_erases_nothing(tab, doctor, consultation, edit):
    """It is about the record as it was: saved, it would else replace what came in between."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    written(page)
    Consultation.objects.filter(pk=consultation.pk).update(notes="Of a colleague.", reason="Mole")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text(FOUND)).to_be_visible()
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
    gone(page)


def test_a_refused_form_stays_unsaved(tab, doctor, edit):
    """What came back with an error would be left without a word."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    page.get_by_label("Date").fill("")
    save(page)
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    expect(notes(page)).to_have_value(TEXT)
    expect(page.get_by_text(FOUND)).to_have_count(0)
    page.goto("/")
    page.goto(edit)
    expect(notes(page)).to_have_value(TEXT)


def test_a_site_and_its_side(tab, doctor, image):
    """A side put back before its site was shown would be a wrong record."""
    page = tab(doctor)
    path = f"/consultations/images/{image.pk}/"
    page.goto(path)
    site = page.locator("main form [name=body_site]")
    paired = site.locator("option[data-paired]").first.get_attribute("value")
    site.select_option(paired)
    page.locator("main form [name=laterality][value=left]").check()
    written(page)
    page.reload()
    expect(site).to_have_value(paired)
    expect(page.locator("main form [name=laterality][value=left]")).to_be_checked()
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    gone(page)
    image.refresh_from_db()
    assert (image.body_site, image.laterality) == (paired, "left")


def test_title_and_tag_of_a_gallery_image(tab, doctor, user_image):
    page = tab(doctor)
    path = f"/gallery/images/{user_image.pk}/"
    page.goto(path)
    page.get_by_role("button", name="Change the title").click()
    page.locator("[data-title-form] input").fill("Nævus, dos")
    page.get_by_label("Add a tag").fill("suivi")
    written(page)
    page.reload()
    title = page.locator("[data-title-form] input")
    expect(title).to_have_value("Nævus, dos")
    expect(page.get_by_label("Add a tag")).to_have_value("suivi")
    title.press("Enter")
    expect(page.get_by_role("heading", name="Nævus, dos")).to_be_visible()
    page.get_by_label("Add a tag").press("Enter")
    expect(page.locator("[data-tag-name]", has_text="suivi")).to_be_visible()
    gone(page)


def test_no_password_is_kept(tab, doctor):
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
    written(page)
    assert "hunter2" not in page.evaluate(KEPT)
    assert "csrf" not in page.evaluate(KEPT)


def test_the_admin_keeps_what_was_typed(tab, staff, record, violations):
    """Staff correct a record at the desk, where somebody always asks something in between."""
    staff.user_permissions.add(Permission.objects.get(codename="change_patient"))
    page = tab(staff)
    place = f"/admin/consultations/patient/{record.pk}/change/"
    page.goto(place)
    name = page.locator("#id_full_name")
    name.fill("Marie Lefèvre-Aubry")
    Session.objects.all().delete()
    page.locator("[name=_save]").click()
    page.wait_for_url("**/accounts/login/**")
    log_in(page, staff)
    page.wait_for_url(f"**{place}")
    expect(page.get_by_text(FOUND)).to_be_visible()
    expect(name).to_have_value("Marie Lefèvre-Aubry")
    page.locator("[name=_save]").click()
    page.wait_for_url("**/admin/consultations/patient/")
    page.goto(place)
    expect(page.get_by_text(FOUND)).to_have_count(0)
    gone(page)
    assert not violations


def test_a_question_left_open_is_asked_again(tab, doctor, consultation, edit):
    """Who leaves the page that shows both texts and comes back has chosen nothing."""
    page = tab(doctor)
    page.goto(edit)
    notes(page).fill(TEXT)
    Consultation.objects.filter(pk=consultation.pk).update(notes="Of a colleague.")
    save(page)
    choice = page.get_by_role("group", name="Notes")
    expect(choice).to_contain_text("Of a colleague.")
    notes(page).press_sequentially("!")
    written(page)
    page.wait_for_timeout(400)  # until the last letter is kept
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(edit)
    expect(page.get_by_text(FOUND)).to_be_visible()
    save(page)
    expect(choice).to_contain_text("Of a colleague.")
    assert Consultation.objects.get().notes == "Of a colleague."


def test_what_is_said_of_pictures_waits_for_them(tab, doctor, consultation):
    """The dialog is closed to look something up; then what was typed must still be there."""
    page = tab(doctor)
    page.goto(f"/consultations/{consultation.pk}/")
    page.locator("[data-open-upload]").first.click()
    text = page.locator("dialog[open]").get_by_label("Description")
    text.fill("Darker than in spring.")
    text.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.locator("[data-open-upload]").first.click()
    expect(text).to_have_value("Darker than in spring.")
    Session.objects.all().delete()
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/consultations/{consultation.pk}/")
    log_in(page, doctor)
    page.wait_for_url(f"**/consultations/{consultation.pk}/")
    expect(page.get_by_text(FOUND)).to_be_visible()
    page.locator("[data-open-upload]").first.click()
    expect(text).to_have_value("Darker than in spring.")
