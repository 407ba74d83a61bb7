"""Django admin: thumbnails, facts that cannot be edited, deletion that takes the blobs."""

import re

import pytest
from django.contrib.auth.models import Permission

from consultations.models import ConsultationImage, Patient
from testing.cast import blobs, make_user

pytestmark = pytest.mark.alike
URL = "/admin/consultations/consultationimage/"


@pytest.fixture
def admin(client, db):
    user = make_user("root@example.org", is_staff=True, is_superuser=True, role="staff")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_list_and_form_opens(admin, image, consultation, record, doctor):
    for url in (
        URL,
        f"{URL}{image.pk}/change/",
        f"/admin/consultations/consultation/{consultation.pk}/change/",
        f"/admin/consultations/patient/{record.pk}/change/",
        "/admin/consultations/patient/?q=lef",
        "/admin/consultations/consultation/?q=lef",
        f"{URL}?q=IMG",
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{doctor.pk}/change/",
    ):
        assert admin.get(url).status_code == 200, url


def test_pictures_are_behind_signed_urls_only(admin, image, client):
    for url in (URL, f"{URL}{image.pk}/change/"):
        page = admin.get(url).content.decode()
        links = re.findall(r'(?:src|href)="(/media/[^"]+)"', page)
        assert links
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200
        assert 'type="file"' not in page


def test_images_are_not_added_here(admin):
    assert admin.get(f"{URL}add/").status_code == 403


def test_facts_cannot_be_edited_and_one_primary_stays(admin, image):
    body = {"image_type": "macro", "description": "x", "is_primary": "on", "sha256": "0" * 64}
    assert admin.post(f"{URL}{image.pk}/change/", body).status_code == 302
    changed = ConsultationImage.objects.get()
    assert (changed.description, changed.is_primary) == ("x", True)
    assert changed.sha256 == image.sha256


def test_deleting_many_takes_their_blobs(admin, image, django_capture_on_commit_callbacks):
    body = {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(URL, body)
    assert not ConsultationImage.objects.exists()
    assert blobs() == set()


def test_verify_originals(admin, image):
    body = {"action": "verify_originals", "_selected_action": [image.pk]}
    page = admin.post(URL, body, follow=True).content.decode()
    assert "messagelist" in page
    assert 'class="success"' in page


@pytest.fixture
def helper(staff):
    """Staff who may look after patients' records, and see no image and no consultation."""
    names = ["view_patient", "change_patient"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    return staff


def linked(record, account):
    """What the form of a record sends that is to be `account`'s."""
    said = {"full_name": record.full_name, "created_by": record.created_by_id, "user": account.pk}
    return said | {"email": "marie@example.org"}


@pytest.mark.parametrize("whose", ["helper", "doctor"])
def test_nobody_makes_themselves_a_patient(page, helper, record, image, whose, request):
    """A record's login sees its consultations and images: who may change an address would read all
    of them, one after the other. A doctor or colleague with rights would be as good."""
    account = request.getfixturevalue(whose)
    account.is_staff = True
    account.save(update_fields=["is_staff"])
    before = record.user_id
    answer = page(helper).post(
        f"/admin/consultations/patient/{record.pk}/change/", linked(record, account)
    )
    assert answer.status_code == 200
    record.refresh_from_db()
    assert record.user_id == before
    assert page(helper).get(f"/patients/{record.pk}/").status_code == 404


def test_a_patients_login_is_theirs_to_give(page, helper, record, other_patient):
    url = f"/admin/consultations/patient/{record.pk}/change/"
    assert page(helper).post(url, linked(record, other_patient)).status_code == 302
    record.refresh_from_db()
    assert (record.user_id, record.email) == (other_patient.pk, "marie@example.org")


def test_a_record_of_a_colleague_can_still_be_changed(page, helper, record, doctor):
    doctor.is_staff = True
    doctor.save(update_fields=["is_staff"])
    record.user = doctor
    record.save(update_fields=["user"])
    url = f"/admin/consultations/patient/{record.pk}/change/"
    assert page(helper).post(url, linked(record, doctor)).status_code == 302
    record.refresh_from_db()
    assert record.email == "marie@example.org"


@pytest.mark.parametrize("what", ["doctor", "patient"])
def test_nobody_takes_a_consultation_for_themselves(
    page, other_doctor, doctor, consultation, image, what
):
    """Whoever may correct a reason would be the doctor of every consultation, or its patient, and
    read its images."""
    other_doctor.is_staff = True
    other_doctor.save(update_fields=["is_staff"])
    codes = ["view_consultation", "change_consultation"]
    other_doctor.user_permissions.set(Permission.objects.filter(codename__in=codes))
    own = Patient.objects.create(full_name="Paul", created_by=doctor, user=other_doctor)
    said = {"doctor": doctor.pk, "patient": consultation.patient_id, "status": "closed"}
    said |= {"date": "2026-11-14", "reason": "A check", "diagnosis": "", "notes": ""}
    taken = said | {"doctor": {"doctor": other_doctor.pk}, "patient": {"patient": own.pk}}[what]
    url = f"/admin/consultations/consultation/{consultation.pk}/change/"
    inline = {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
    assert page(other_doctor).post(url, taken | inline).status_code == 200
    assert page(other_doctor).get(f"/consultations/{consultation.pk}/").status_code == 404
    assert page(other_doctor).post(url, said | inline).status_code == 302
    consultation.refresh_from_db()
    assert consultation.reason == "A check"
