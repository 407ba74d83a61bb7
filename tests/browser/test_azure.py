"""On Azure Blob the browser fetches pictures from the account itself, and the policy lets it."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from consultations import services
from dermaai.csp import azure_origin, content_security_policy
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def allowed(azure, azurite, settings, live_server):
    """The policy as the settings make it of this account, and CORS as `setup_azure` does."""
    origin = azure_origin(azurite, "")
    settings.CONTENT_SECURITY_POLICY = content_security_policy(origin)
    call_command("setup_azure", origin=[live_server.url], verbosity=0)
    return origin


@pytest.fixture
def image(azure, consultation, doctor):
    return services.add_image(consultation=consultation, user=doctor, upload=upload())[0]


def loaded(page, selector):
    """The picture is there and was drawn."""
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_function(
        "(at) => { const i = document.querySelector(at); return i.complete && i.naturalWidth }",
        arg=selector,
    )


def test_every_picture_comes_from_the_account(tab, doctor, image, allowed, violations):
    """A policy too narrow, and a practice on Azure sees no picture at all."""
    mine, _created = submit_image(user=doctor, upload=upload(seed=2))
    while queue.work():
        pass
    page = tab(doctor)
    asked = []
    page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    page.goto(f"/consultations/{image.consultation_id}/")
    loaded(page, "[data-viewer-item] img")
    page.locator("[data-viewer-item] a").first.click()
    page.wait_for_function("() => document.querySelector('dialog[open] canvas')")
    page.wait_for_load_state("networkidle")
    assert any(url.startswith(allowed) and "/" in url for url, _status in asked)
    page.goto("/gallery/")
    loaded(page, "#images .tile img")
    page.goto(f"/gallery/images/{mine.pk}/")
    loaded(page, ".compare-after img")
    with page.expect_download() as told:
        page.goto(f"/consultations/images/{image.pk}/")
        page.locator("a[href$='/download/']").first.click()
    assert told.value.path().read_bytes() == upload().read()
    elsewhere = {url.split("/", 3)[2] for url, _status in asked}
    assert len(elsewhere) == 2, "the site and the account"
    assert not [url for url, status in asked if status >= 400]
    assert not violations


def test_without_the_account_in_the_policy(tab, doctor, image, settings, allowed, violations):
    """The test above would else see nothing."""
    settings.CONTENT_SECURITY_POLICY = content_security_policy(None)
    page = tab(doctor)
    page.goto(f"/consultations/{image.consultation_id}/")
    page.wait_for_load_state("networkidle")
    assert any("img-src" in told for told in violations)
