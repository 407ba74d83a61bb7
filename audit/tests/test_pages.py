"""Access histories are shown to those concerned, and to nobody else."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import chain
from audit.trail import Action, record
from consultations import services
from consultations.models import Consultation, ConsultationImage
from testing.cast import make_user, upload

CLIENT_ADDRESS = {"REMOTE_ADDR": "203.0.113.7"}


def view_image(client, user, image, **headers):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("image_detail", args=[image.pk]), **headers)
    chain.flush_pending()


def test_doctor_sees_who_viewed_an_image_and_from_where(client, doctor, patient, image):
    view_image(client, patient, image, **CLIENT_ADDRESS)
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    body = client.get(reverse("image_audit", args=[image.pk])).content.decode()
    assert "Marie Lefèvre" in body
    assert "203.0.113.7" in body
    page = client.get(reverse("image_detail", args=[image.pk])).content.decode()
    assert reverse("image_audit", args=[image.pk]) in page


def test_patient_sees_who_viewed_an_image_without_the_address(client, doctor, patient, image):
    view_image(client, doctor, image, **CLIENT_ADDRESS)
    client.force_login(patient, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse("image_audit", args=[image.pk])
    body = client.get(path).content.decode()
    assert "Dr Claire Rousseau" in body
    assert "203.0.113.7" not in body
    answer = client.get(reverse("api-image-audit", args=[image.pk])).json()
    assert answer["events"][0]["actor"] == "Dr Claire Rousseau"
    assert answer["events"][0]["action"] == "viewed"
    assert {event["address"] for event in answer["events"]} == {None}


def test_zip_appears_in_the_history_of_the_images_it_contained(
    client, api, doctor, consultation, image
):
    api(doctor).get(reverse("api-consultation-download-all", args=[consultation.pk]))
    chain.flush_pending()
    later_image, _created = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=2)
    )
    chain.flush_pending()

    def actions(of_image):
        answer = api(doctor).get(reverse("api-image-audit", args=[of_image.pk])).json()
        return [event["action"] for event in answer["events"]]

    assert "zipped" in actions(image)
    assert "zipped" not in actions(later_image), "it was uploaded after the ZIP"


def test_another_doctors_patient_page_is_not_a_view_of_this_image(
    client, api, doctor, other_doctor, record, image
):
    """The other doctor's page of the patient shows only the other doctor's photographs."""
    Consultation.objects.create(doctor=other_doctor, patient=record)
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("patient_detail", args=[record.pk])).status_code == 200
    chain.flush_pending()
    answer = api(doctor).get(reverse("api-image-audit", args=[image.pk])).json()
    assert "Dr Paul Meyer" not in {event["actor"] for event in answer["events"]}


def test_account_page_lists_the_users_own_events(
    client, doctor, other_doctor, patient, image, user_image
):
    view_image(client, doctor, image)
    for user, kinds in (
        (doctor, {"consultation_image", "gallery_image", "user"}),
        (patient, {"consultation_image", "user"}),
        (other_doctor, {"user"}),
    ):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        chain.flush_pending()
        events = client.get(reverse("audit")).context["events"]
        assert {event.kind for event in events} == kinds


def test_paging_shows_every_event_once_at_constant_cost(client, doctor, image):
    for number in range(120):
        record(Action.VIEWED, image, number=number)
    chain.flush_pending()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    for route, arguments in (("image_audit", [image.pk]), ("audit", [])):
        ids, before, costs = [], "", set()
        while before is not None:
            with CaptureQueriesContext(connection) as queries:
                page = client.get(reverse(route, args=arguments), {"before": before}).context
            ids += [event.id for event in page["events"] if event.kind == "consultation_image"]
            before = page["following"]
            costs.add(len(queries))
        assert len(costs) == 1, "every page costs the same"
        assert len(ids) == len(set(ids)) == 121
        assert ids == sorted(ids, reverse=True)
    ids, page_url = [], reverse("api-image-audit", args=[image.pk])
    while page_url:
        answer = client.get(page_url).json()
        ids += [event["id"] for event in answer["events"]]
        page_url = answer["next"]
    assert len(ids) == 121
    assert client.get(reverse("audit"), {"before": "nonsense"}).status_code == 200


def test_event_outlives_the_users_account(client, doctor, record, image):
    visitor = make_user("gone@example.org", full_name="Visitor", role="patient")
    record.user = visitor
    record.save()
    view_image(client, visitor, image)
    record.user = None
    record.save()
    visitor.delete()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    events = client.get(reverse("image_audit", args=[image.pk])).context["events"]
    (event,) = [event for event in events if event.actor_role == "patient"]
    assert event.who is None
    assert ConsultationImage.objects.exists()
