"""Every page: no violation of the policy, nothing wider than the screen, accessible (axe)."""

import pytest

from consultations import services
from testing.cast import make_user, upload

from .looking import breaches, faults


@pytest.fixture
def paths(consultation, image, record, doctor):
    services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=2), is_primary=True
    )
    return [
        "/",
        "/patients/",
        "/patients/?q=nobody",
        "/patients/new/",
        f"/patients/{record.pk}/",
        f"/patients/{record.pk}/edit/",
        "/consultations/",
        "/consultations/?q=nothing",
        "/consultations/new/",
        f"/consultations/new/?patient={record.pk}",
        f"/consultations/{consultation.pk}/",
        f"/consultations/{consultation.pk}/edit/",
        f"/consultations/images/{image.pk}/",
        f"/consultations/images/{image.pk}/delete/",
        "/accounts/profile/",
        "/accounts/password/",
        "/nothing-here/",
    ]


def test_every_page_in_light_and_dark(tab, doctor, paths, violations):
    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    wrong = [fault for path in paths for fault in faults(page, path, path=path)]
    assert not wrong
    assert not violations


def test_pages_for_whoever_is_not_signed_in(tab, violations):
    page = tab(None)
    wrong = []
    for path in ("/accounts/login/", "/accounts/password-reset/", "/api/docs"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if not path.startswith("/api"):
            wrong += [(path, breach) for breach in breaches(page)]
    assert page.locator(".opblock").count() > 10, "Swagger UI drew the operations"
    assert not wrong
    assert not violations


def test_dialogs_are_accessible(tab, doctor, paths, image, violations):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/")
    page.locator("[data-open-upload]").first.click()
    page.locator("#upload[open]").wait_for()
    assert not breaches(page)
    page.keyboard.press("Escape")
    page.locator("#images .tile a").first.click()
    page.locator("#viewer canvas").first.wait_for()
    page.locator("#viewer [data-loading]").wait_for(state="hidden")  # it fades in, in any colour
    assert not breaches(page)
    assert not violations


def test_admin_keeps_the_policy(tab, image, violations):
    root = make_user("root@example.org", is_staff=True, is_superuser=True, role="staff")
    page = tab(root)
    for path in (
        "/admin/",
        "/admin/consultations/consultationimage/",
        f"/admin/consultations/consultationimage/{image.pk}/change/",
        "/admin/consultations/patient/add/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert not violations
