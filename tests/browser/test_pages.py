"""Every page: no violation of the content security policy, no layout or accessibility faults."""

import pytest

from consultations import services
from testing.cast import make_user, upload

from .page_faults import accessibility_violations, page_faults


@pytest.fixture
def paths(consultation, image, record, doctor, lesion):
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
        f"/patients/{record.pk}/lesions/",
        f"/lesions/{lesion.pk}/",
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


def test_pages_have_no_layout_or_accessibility_faults(tab, doctor, paths, violations):
    page = tab(doctor, locale="fr-FR", reduced_motion="reduce")
    problems = [fault for path in paths for fault in page_faults(page, path, path=path)]
    assert not problems
    assert not violations


def test_public_pages_are_accessible(tab, violations):
    page = tab(None)
    problems = []
    for path in ("/accounts/login/", "/accounts/password-reset/", "/api/docs"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if not path.startswith("/api"):
            problems += [(path, violation) for violation in accessibility_violations(page)]
    assert page.locator(".opblock").count() > 10, "Swagger UI drew the operations"
    assert not problems
    assert not violations


def test_dialogs_are_accessible(tab, doctor, paths, image, violations):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/")
    page.locator("[data-open-upload]").first.click()
    page.locator("#upload[open]").wait_for()
    assert not accessibility_violations(page)
    page.keyboard.press("Escape")
    page.locator("#images .tile a").first.click()
    page.locator("#viewer canvas").first.wait_for()
    page.locator("#viewer [data-loading]").wait_for(
        state="hidden"
    )  # its colours change while it fades in
    assert not accessibility_violations(page)
    assert not violations


def test_admin_pages_violate_no_content_security_policy(tab, image, violations):
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
