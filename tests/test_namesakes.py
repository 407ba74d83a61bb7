"""Two patients of the same name must look different wherever one of them can be chosen."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import User
from consultations import services
from consultations.models import Consultation, Patient
from testing.cast import upload

pytestmark = pytest.mark.alike
NAME = "Marie Lefèvre"
TEMPLATES = Path(settings.BASE_DIR, "templates")


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "pw", full_name="Root")


@pytest.fixture(params=["birth_date", "no birth_date", "nothing"])
def namesakes(doctor, request):
    """Two who differ in one field only, or in nothing that was entered."""
    details = {
        "birth_date": [{"birth_date": date(1972, 3, day)} for day in (4, 5)],
        "no birth_date": [{"file_number": number} for number in ("20418", "20419")],
        "nothing": [{"birth_date": date(1972, 3, 4)}] * 2,
    }[request.param]
    with time_machine.travel(timezone.now(), tick=False):
        patients = [
            Patient.objects.create(full_name=NAME, created_by=doctor, **fields)
            for fields in details
        ]
        for patient in patients:
            visit = Consultation.objects.create(doctor=doctor, patient=patient, reason="nævus")
            services.add_image(consultation=visit, user=doctor, upload=upload())
    return patients


def row_texts(body, tag):
    """The visible text of each row that names one of them."""
    rows = re.findall(rf"<{tag}\b.*?</{tag}>", body, re.S)
    texts = [" ".join(unescape(strip_tags(row)).split()) for row in rows]
    return [text for text in texts if NAME in text]


LISTS = {
    "/": "li",
    "/consultations/": "li",
    "/patients/": "li",
    "/patients/?q=lefevre": "li",
    "/consultations/new/": "li",
    "/consultations/new/?q=lefevre": "li",
    "/gallery/images/{image}/attach/": "li",
    "/gallery/images/{image}/attach/?q=lefevre": "li",
    "/admin/consultations/patient/": "tr",
    "/admin/consultations/consultation/": "tr",
    "/admin/consultations/consultationimage/": "tr",
}


@pytest.mark.parametrize("url", LISTS)
def test_namesakes_have_different_lines_in_every_list(
    page, doctor, root, user_image, namesakes, url
):
    """On every page that lists patients."""
    user = root if url.startswith("/admin") else doctor
    body = page(user).get(url.format(image=user_image.pk)).content.decode()
    texts = [re.sub(r"\b[\w-]+\.(jpg|JPG)\b", "", line) for line in row_texts(body, LISTS[url])]
    assert len(texts) == 2
    assert texts[0] != texts[1]


def test_namesakes_are_different_choices(page, doctor, root, namesakes):
    """In the admin's menu of patients for a consultation, and in the warning about an existing
    namesake."""
    parameters = {
        "app_label": "consultations",
        "model_name": "consultation",
        "field_name": "patient",
    }
    choices = (
        page(root).get("/admin/autocomplete/", parameters | {"term": "Lefèvre"}).json()["results"]
    )
    assert len({choice["text"] for choice in choices}) == len(choices) == 2
    body = page(doctor).post("/patients/new/", {"full_name": NAME}).content.decode()
    texts = row_texts(body, "li")
    assert len(set(texts)) == len(texts) == 2


def test_namesakes_have_different_notices_when_attaching(page, doctor, user_image, namesakes):
    """Before an image is attached, the notice must say to which of the two."""
    texts = set()
    for visit in Consultation.objects.all():
        url = f"/gallery/images/{user_image.pk}/attach/?consultation={visit.pk}"
        body = page(doctor).get(url).content.decode()
        texts.update(re.findall(r'id="attach-to">(.*?)</p>', body, re.S))
    assert len(texts) == 2
    assert all(NAME in text for text in texts)


def test_templates_never_show_a_patient_by_name_alone():
    """Also on future pages: names are shown by the shared template, or on a page with the patient's
    identity on top."""
    templates = []
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        name = str(template.relative_to(TEMPLATES))
        identity_templates = (
            "components/patient_identity.html",
            "consultations/partials/identity.html",
        )
        if re.search(r"\b(patient|other)\.full_name", text) and name not in identity_templates:
            templates += [name] if identity_templates[1] not in text else []
    assert not templates
