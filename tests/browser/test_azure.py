"""On Azure Blob the browser loads images from the account itself, and the policy allows it."""

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
def account_origin(azure, azurite, settings, live_server):
    """The account's origin, allowed by the policy as in the settings, and by `setup_azure`."""
    origin = azure_origin(azurite, "")
    settings.CONTENT_SECURITY_POLICY = content_security_policy(origin)
    call_command("setup_azure", origin=[live_server.url], verbosity=0)
    return origin


@pytest.fixture
def image(azure, consultation, doctor):
    return services.add_image(consultation=consultation, user=doctor, upload=upload())[0]


def wait_for_picture(page, selector):
    """Wait until the picture is loaded and visible."""
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_function(
        "(at) => { const i = document.querySelector(at); return i.complete && i.naturalWidth }",
        arg=selector,
    )


def test_images_load_from_the_azure_account(tab, doctor, image, account_origin, violations):
    """With too narrow a policy, a practice on Azure sees no images at all."""
    gallery_image, _created = submit_image(user=doctor, upload=upload(seed=2))
    while queue.work():
        pass
    page = tab(doctor)
    responses = []
    page.on("response", lambda response: responses.append((response.url, response.status)))
    page.goto(f"/consultations/{image.consultation_id}/")
    wait_for_picture(page, "[data-viewer-item] img")
    page.locator("[data-viewer-item] a").first.click()
    page.wait_for_function("() => document.querySelector('dialog[open] canvas')")
    page.wait_for_load_state("networkidle")
    assert any(url.startswith(account_origin) and "/" in url for url, _status in responses)
    page.goto("/gallery/")
    wait_for_picture(page, "#images .tile img")
    page.goto(f"/gallery/images/{gallery_image.pk}/")
    wait_for_picture(page, ".compare-after img")
    with page.expect_download() as download:
        page.goto(f"/consultations/images/{image.pk}/")
        page.locator("a[href$='/download/']").first.click()
    assert download.value.path().read_bytes() == upload().read()
    hosts = {url.split("/", 3)[2] for url, _status in responses}
    assert len(hosts) == 2, "the site and the account"
    assert not [url for url, status in responses if status >= 400]
    assert not violations


def test_policy_without_the_account_blocks_its_images(
    tab, doctor, image, settings, account_origin, violations
):
    """Otherwise the test above would prove nothing."""
    settings.CONTENT_SECURITY_POLICY = content_security_policy(None)
    page = tab(doctor)
    page.goto(f"/consultations/{image.consultation_id}/")
    page.wait_for_load_state("networkidle")
    assert any("img-src" in violation for violation in violations)
