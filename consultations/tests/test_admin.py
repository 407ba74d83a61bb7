"""Django admin: thumbnails, read-only file facts, deletion of blobs, and who may link records."""

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


def test_every_admin_list_and_form_opens(admin, image, consultation, record, doctor, lesion):
    for url in (
        URL,
        f"{URL}{image.pk}/change/",
        f"/admin/consultations/consultation/{consultation.pk}/change/",
        f"/admin/consultations/patient/{record.pk}/change/",
        "/admin/consultations/patient/?q=lef",
        "/admin/consultations/consultation/?q=lef",
        f"{URL}?q=IMG",
        f"/admin/consultations/lesion/{lesion.pk}/change/",
        "/admin/consultations/lesion/?q=lef",
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{doctor.pk}/change/",
    ):
        assert admin.get(url).status_code == 200, url


def test_admin_links_to_images_by_signed_urls_only(admin, image, client):
    for url in (URL, f"{URL}{image.pk}/change/"):
        page = admin.get(url).content.decode()
        links = re.findall(r'(?:src|href)="(/media/[^"]+)"', page)
        assert links
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200
        assert 'type="file"' not in page


def test_images_cannot_be_added_in_the_admin(admin):
    assert admin.get(f"{URL}add/").status_code == 403


def test_file_facts_are_read_only_in_the_admin(admin, image):
    body = {"image_type": "macro", "description": "x", "is_primary": "on", "sha256": "0" * 64}
    assert admin.post(f"{URL}{image.pk}/change/", body).status_code == 302
    changed = ConsultationImage.objects.get()
    assert (changed.description, changed.is_primary) == ("x", True)
    assert changed.sha256 == image.sha256


def test_bulk_deletion_deletes_the_blobs(admin, image, django_capture_on_commit_callbacks):
    body = {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(URL, body)
    assert not ConsultationImage.objects.exists()
    assert blobs() == set()


def test_verify_originals_action_reports_success(admin, image):
    body = {"action": "verify_originals", "_selected_action": [image.pk]}
    page = admin.post(URL, body, follow=True).content.decode()
    assert "messagelist" in page
    assert 'class="success"' in page


@pytest.fixture
def records_clerk(staff):
    """Staff who may view and change patients' records, but no images or consultations."""
    names = ["view_patient", "change_patient"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    return staff


def link_form(record, account):
    """The record's admin form, linking it to `account`."""
    form = {"full_name": record.full_name, "created_by": record.created_by_id, "user": account.pk}
    return form | {"email": "marie@example.org"}


@pytest.mark.parametrize("fixture", ["records_clerk", "doctor"])
def test_clerk_cannot_link_a_record_to_staff(page, records_clerk, record, image, fixture, request):
    """The linked login sees the record's consultations and images. Otherwise staff who may edit
    addresses could link each record to themselves or a colleague, and read all of them."""
    account = request.getfixturevalue(fixture)
    account.is_staff = True
    account.save(update_fields=["is_staff"])
    user_before = record.user_id
    answer = page(records_clerk).post(
        f"/admin/consultations/patient/{record.pk}/change/", link_form(record, account)
    )
    assert answer.status_code == 200
    record.refresh_from_db()
    assert record.user_id == user_before
    assert page(records_clerk).get(f"/patients/{record.pk}/").status_code == 404


def test_clerk_can_link_a_record_to_a_patient(page, records_clerk, record, other_patient):
    url = f"/admin/consultations/patient/{record.pk}/change/"
    assert page(records_clerk).post(url, link_form(record, other_patient)).status_code == 302
    record.refresh_from_db()
    assert (record.user_id, record.email) == (other_patient.pk, "marie@example.org")


def test_record_already_linked_to_staff_can_be_edited(page, records_clerk, record, doctor):
    doctor.is_staff = True
    doctor.save(update_fields=["is_staff"])
    record.user = doctor
    record.save(update_fields=["user"])
    url = f"/admin/consultations/patient/{record.pk}/change/"
    assert page(records_clerk).post(url, link_form(record, doctor)).status_code == 302
    record.refresh_from_db()
    assert record.email == "marie@example.org"


@pytest.mark.parametrize("field", ["doctor", "patient"])
def test_staff_cannot_assign_a_consultation_to_themselves(
    page, other_doctor, doctor, consultation, image, field
):
    """Otherwise staff who may correct a reason could make themselves the doctor or the patient of
    any consultation, and see its images."""
    other_doctor.is_staff = True
    other_doctor.save(update_fields=["is_staff"])
    permissions = ["view_consultation", "change_consultation"]
    other_doctor.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    own_record = Patient.objects.create(full_name="Paul", created_by=doctor, user=other_doctor)
    form = {"doctor": doctor.pk, "patient": consultation.patient_id, "status": "closed"}
    form |= {"date": "2026-11-14", "reason": "A check", "diagnosis": "", "notes": ""}
    stolen_form = (
        form | {"doctor": {"doctor": other_doctor.pk}, "patient": {"patient": own_record.pk}}[field]
    )
    url = f"/admin/consultations/consultation/{consultation.pk}/change/"
    inline = {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
    assert page(other_doctor).post(url, stolen_form | inline).status_code == 200
    assert page(other_doctor).get(f"/consultations/{consultation.pk}/").status_code == 404
    assert page(other_doctor).post(url, form | inline).status_code == 302
    consultation.refresh_from_db()
    assert consultation.reason == "A check"
