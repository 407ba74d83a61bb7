"""Hostile text from users and files is never interpreted, on any page."""

import pytest

from accounts.models import User
from audit.models import Event
from consultations import services
from consultations.models import Consultation, Patient
from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload

pytestmark = pytest.mark.usefixtures("worker")
# Breaks out of attributes, scripts and comments; with template and format syntax.
HOSTILE = "\"'><img data-hostile src=x onerror=alert(1)></script><b data-hostile>{{7*7}}%(x)s<!--"
# With the bidi override, "gpj.exe" is displayed as "exe.jpg".
HOSTILE_NAME = '\u202egpj.exe"><img data-hostile src=x onerror=alert(1)>.jpg'


@pytest.fixture
def paths(doctor, patient, record, consultation):
    for model, fields in (
        (User, ("full_name",)),
        (Patient, ("full_name", "file_number", "phone")),
        (Consultation, ("reason", "diagnosis", "notes")),
    ):
        values = {name: HOSTILE[: model._meta.get_field(name).max_length] for name in fields}
        model.objects.update(**values)
    patient.full_name = HOSTILE
    image, _created = services.add_image(
        consultation=consultation,
        user=doctor,
        upload=upload(name=HOSTILE_NAME),
        body_location=HOSTILE,
        description=HOSTILE,
    )
    type(image).objects.update(camera_model=HOSTILE[:100])
    gallery_image, _created = submit_image(
        user=doctor, upload=upload(name=HOSTILE_NAME), title=HOSTILE, tag_names=[HOSTILE[:40]]
    )
    while queue.work():
        pass
    _share, token = shares.create_share(image=gallery_image, lifetime="1d")
    assert Event.objects.exists()
    return [
        "/",
        "/patients/",
        "/patients/?q=%22%3E%3Cimg+data-hostile+src%3Dx+onerror%3Dalert(1)%3E",
        f"/patients/{record.pk}/",
        f"/patients/{record.pk}/edit/",
        "/consultations/",
        f"/consultations/{consultation.pk}/",
        f"/consultations/{consultation.pk}/edit/",
        f"/consultations/images/{image.pk}/",
        f"/consultations/images/{image.pk}/delete/",
        f"/audit/consultation-image/{image.pk}/",
        "/audit/",
        "/gallery/",
        "/gallery/?tag=%22%3E%3Cimg+data-hostile+src%3Dx+onerror%3Dalert(1)%3E",
        f"/gallery/images/{gallery_image.pk}/",
        "/gallery/links/",
        "/gallery/statistics/",
        f"/gallery/images/{gallery_image.pk}/attach/",
        f"/s/{token}/",
        "/accounts/profile/",
        "/accounts/login/?next=javascript:alert(1)",
    ]


ADMIN = [
    "accounts/user/",
    "consultations/patient/",
    "consultations/consultation/",
    "consultations/consultationimage/",
    "gallery/userimage/",
    "gallery/tag/",
    "gallery/share/",
    "audit/event/",
]


def visit(page, paths):
    """Paths on which hostile text was interpreted, and those that did not answer 200."""
    alerts, problems = [], []
    page.on("dialog", lambda dialog: (alerts.append(page.url), dialog.dismiss()))
    for path in paths:
        response = page.goto(path)
        if response.status != 200:
            problems.append((path, response.status))
        if page.locator("[data-hostile]").count() or "49%" in page.content():
            problems.append((path, "it became an element"))
    return problems + alerts


def test_hostile_text_stays_text_on_the_doctors_pages(tab, doctor, paths, violations):
    """Otherwise a patient's photograph could run scripts as the doctor."""
    page = tab(doctor)
    assert visit(page, paths) == []
    page.goto(paths[6])
    page.locator("[data-viewer-item] a").first.click()
    page.wait_for_function("() => document.querySelector('dialog[open] canvas')")
    assert page.locator("[data-hostile]").count() == 0, "in the viewer"
    assert not violations


def test_hostile_text_stays_text_on_the_patients_pages(tab, patient, paths, violations):
    page = tab(patient)
    assert visit(page, [paths[0], paths[6], paths[8], "/audit/", "/gallery/"]) == []
    assert not violations


def test_hostile_text_stays_text_in_the_admin(tab, staff, paths, violations):
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    page = tab(staff)
    assert visit(page, [f"/admin/{path}" for path in ADMIN]) == []
    for model in ADMIN[:5]:
        page.goto(f"/admin/{model}")
        assert visit(page, [page.locator("#result_list th a").first.get_attribute("href")]) == []
    assert not violations
