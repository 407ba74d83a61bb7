"""Who sees what, beside the table of routes: lists of the admin, images of one's patient."""

import pytest
from django.urls import reverse

from consultations import services
from consultations.models import Consultation, ConsultationImage
from testing.cast import upload

pytestmark = pytest.mark.alike


@pytest.mark.parametrize("actor", ["doctor", "patient", "staff", "stranger"])
def test_admin_is_for_staff_with_permissions(actor, request, client, image):
    user = request.getfixturevalue(actor)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for model in ("patient", "consultation", "consultationimage", "lesion"):
        response = client.get(f"/admin/consultations/{model}/")
        assert response.status_code == (403 if actor == "staff" else 302), model
    assert client.get("/admin/accounts/user/").status_code == (403 if actor == "staff" else 302)


def test_doctors_see_only_images_of_their_own_consultations(
    client, doctor, other_doctor, record, image
):
    """A doctor with a consultation of the same patient sees the patient, not others' images."""
    other_consultation = Consultation.objects.create(doctor=other_doctor, patient=record)
    services.add_image(consultation=other_consultation, user=other_doctor, upload=upload(seed=3))
    visible = ConsultationImage.objects.visible_to(other_doctor)
    assert {i.consultation_id for i in visible} == {other_consultation.pk}
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("patient_detail", args=[record.pk]))
    assert page.status_code == 200
    assert f'data-id="{image.pk}"' not in page.content.decode()
