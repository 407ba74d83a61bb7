"""A real Chromium (Debian's) against a live server. Skipped where it is not installed."""

import os
import re
import shutil
import time
from datetime import date

import pytest
from playwright.sync_api import expect

from consultations import services
from consultations.models import Consultation
from gallery.services.processing import queue
from testing.cast import PASSWORD, upload

PATIENCE = 5  # seconds to wait for pending requests
TIMEOUT = 30_000  # ms, for busy machines
# Without a window's own interface, each context costs a fifth of the processor time.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

expect.set_options(timeout=TIMEOUT)

# Playwright runs an event loop in this thread, where Django refuses database access by default.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--use-fake-device-for-media-stream",  # a fake camera
            "--use-fake-ui-for-media-stream",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ],
    }


@pytest.fixture
def browser_context_args():
    return {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def violations():
    """Errors that the browser reported: blocked inline styles, exceptions of scripts."""
    return []


def log_in(context, user):
    """Log in by request, without rendering the form."""
    path = "/accounts/login/"
    context.request.get(path)
    (token,) = (cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    form = {"username": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = context.request.post(path, form=form, max_redirects=0)
    assert answer.status == 302, answer.text()


@pytest.fixture
def tab(new_context, violations, live_server):
    """`tab(user, **context)`: an empty page of a browser in which `user` is logged in. The login
    form is not rendered: it has its own tests."""

    def open_tab(user=None, **context):
        page = new_context(base_url=live_server.url, **context).new_page()
        page.set_default_timeout(TIMEOUT)
        page.on("pageerror", lambda error: violations.append(str(error)))
        page.on(
            "console",
            lambda m: violations.append(m.text) if "Content Security Policy" in m.text else None,
        )
        if user is not None:
            log_in(page.context, user)
        return page

    return open_tab


@pytest.fixture
def new_context(browser, browser_context_args):
    contexts = {}  # {context: its pending requests}

    def create_context(**options):
        context = browser.new_context(**{**browser_context_args, **options})
        pending = contexts[context] = set()
        context.on("request", lambda request: pending.add(request))
        context.on("requestfinished", lambda request: pending.discard(request))
        context.on("requestfailed", lambda request: pending.discard(request))
        return context

    yield create_context
    for context, pending in contexts.items():
        # A pending request holds row locks, and emptying the database would deadlock with it.
        deadline = time.monotonic() + PATIENCE
        while context.pages and pending and time.monotonic() < deadline:
            context.pages[0].wait_for_timeout(20)
        context.close()


@pytest.fixture
def worker(monkeypatch, cached_processing):
    """The test processes the queue itself: submitting an image does not start the worker."""
    monkeypatch.setattr(queue, "wake", lambda: None)


@pytest.fixture
def edit_url(consultation):
    return f"/consultations/{consultation.pk}/edit/"


@pytest.fixture
def images(consultation, doctor, cached_processing):
    """Twelve pictures, so that the page is longer than the screen."""
    for seed in range(12):
        services.add_image(consultation=consultation, user=doctor, upload=upload(seed=seed % 3))
    return list(consultation.images.order_by("-pk"))


@pytest.fixture
def address(consultation):
    """`address(image)`: what the browser shows while that picture is open, or none is."""

    def pattern(image=None):
        query = rf"\?image={image.pk}" if image else ""
        return re.compile(rf"/consultations/{consultation.pk}/{query}$")

    return pattern


VISITS = (
    (date(2026, 3, 12), (320, 240)),
    (date(2026, 7, 8), (320, 240)),
    (date(2026, 11, 3), (240, 320)),
)


@pytest.fixture
def visits(record, doctor, cached_processing):
    """An image of one place at each of three visits, the last one upright."""
    images = []
    for seed, (day, size) in enumerate(VISITS, start=1):
        visit = Consultation.objects.create(doctor=doctor, patient=record, date=day)
        made, _created = services.add_image(
            consultation=visit,
            user=doctor,
            upload=upload(seed=seed, size=size),
            image_type="macro",
            body_site="70559009",
            laterality="left",
            captured_on=day,
        )
        images.append(made)
    return images
