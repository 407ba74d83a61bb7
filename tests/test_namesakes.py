"""Two patients of one name: nobody may open the wrong record because two lines look alike."""

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
    """Two who share all but one thing; or all that anybody wrote down."""
    told = {
        "birth_date": [{"birth_date": date(1972, 3, day)} for day in (4, 5)],
        "no birth_date": [{"file_number": number} for number in ("20418", "20419")],
        "nothing": [{"birth_date": date(1972, 3, 4)}] * 2,
    }[request.param]
    with time_machine.travel(timezone.now(), tick=False):
        made = [Patient.objects.create(full_name=NAME, created_by=doctor, **one) for one in told]
        for patient in made:
            visit = Consultation.objects.create(doctor=doctor, patient=patient, reason="nævus")
            services.add_image(consultation=visit, user=doctor, upload=upload())
    return made


def lines(body, tag):
    """What a person reads of each row that names a patient of that name."""
    rows = re.findall(rf"<{tag}\b.*?</{tag}>", body, re.S)
    said = [" ".join(unescape(strip_tags(row)).split()) for row in rows]
    return [text for text in said if NAME in text]


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
def test_no_two_lines_are_alike(page, doctor, root, user_image, namesakes, url):
    """On every page that lists patients, namesakes are two different lines."""
    who = root if url.startswith("/admin") else doctor
    body = page(who).get(url.format(image=user_image.pk)).content.decode()
    said = [re.sub(r"\b[\w-]+\.(jpg|JPG)\b", "", line) for line in lines(body, LISTS[url])]
    assert len(said) == 2
    assert said[0] != said[1]


def test_no_two_choices_are_alike(page, doctor, root, namesakes):
    """In the admin's menu of patients, where a consultation is given to one of them; and in the
    warning that a new patient may be one of these."""
    asked = {"app_label": "consultations", "model_name": "consultation", "field_name": "patient"}
    found = page(root).get("/admin/autocomplete/", asked | {"term": "Lefèvre"}).json()["results"]
    assert len({choice["text"] for choice in found}) == len(found) == 2
    body = page(doctor).post("/patients/new/", {"full_name": NAME}).content.decode()
    said = lines(body, "li")
    assert len(set(said)) == len(said) == 2


def test_no_two_notices_are_alike(page, doctor, user_image, namesakes):
    """Before a picture becomes part of a record, the notice says of which of the two."""
    said = set()
    for visit in Consultation.objects.all():
        url = f"/gallery/images/{user_image.pk}/attach/?consultation={visit.pk}"
        body = page(doctor).get(url).content.decode()
        said.update(re.findall(r'id="attach-to">(.*?)</p>', body, re.S))
    assert len(said) == 2
    assert all(NAME in text for text in said)


def test_no_template_names_a_patient_by_the_name_alone():
    """A page made tomorrow: who names a patient uses the one template, or is a page about one
    patient, with the identity on top."""
    alone = []
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        name = str(template.relative_to(TEMPLATES))
        ways = ("components/patient_identity.html", "consultations/partials/identity.html")
        if re.search(r"\b(patient|other)\.full_name", text) and name not in ways:
            alone += [name] if ways[1] not in text else []
    assert not alone
