"""Who saw it: told to whom it concerns, and to nobody else."""

from django.urls import reverse

from audit import chain
from audit.trail import Action, record
from consultations import services
from consultations.models import Consultation, ConsultationImage
from testing.cast import make_user, upload

HERE = {"REMOTE_ADDR": "203.0.113.7"}


def seen(client, user, image, **headers):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("image_detail", args=[image.pk]), **headers)
    chain.flush_pending()


def test_doctor_sees_who_and_from_where(client, doctor, patient, image):
    seen(client, patient, image, **HERE)
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    body = client.get(reverse("image_audit", args=[image.pk])).content.decode()
    assert "Marie Lefèvre" in body
    assert "203.0.113.7" in body
    page = client.get(reverse("image_detail", args=[image.pk])).content.decode()
    assert reverse("image_audit", args=[image.pk]) in page


def test_patient_sees_who_and_not_from_where(client, doctor, patient, image):
    seen(client, doctor, image, **HERE)
    client.force_login(patient, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse("image_audit", args=[image.pk])
    body = client.get(path).content.decode()
    assert "Dr Claire Rousseau" in body
    assert "203.0.113.7" not in body
    told = client.get(reverse("api-image-audit", args=[image.pk])).json()
    assert told["events"][0]["actor"] == "Dr Claire Rousseau"
    assert told["events"][0]["action"] == "viewed"
    assert {event["address"] for event in told["events"]} == {None}


def test_lists_and_zips_count_for_each_image_in_them(client, api, doctor, consultation, image):
    api(doctor).get(reverse("api-consultation-download-all", args=[consultation.pk]))
    chain.flush_pending()
    late, _created = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=2)
    )
    chain.flush_pending()

    def actions(of):
        told = api(doctor).get(reverse("api-image-audit", args=[of.pk])).json()
        return [event["action"] for event in told["events"]]

    assert "zipped" in actions(image)
    assert "zipped" not in actions(late), "it was not there yet"


def test_another_doctors_look_at_the_patient_is_not_a_look_at_this_image(
    client, api, doctor, other_doctor, record, image
):
    """Their page of the patient shows their own photographs."""
    Consultation.objects.create(doctor=other_doctor, patient=record)
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("patient_detail", args=[record.pk])).status_code == 200
    chain.flush_pending()
    told = api(doctor).get(reverse("api-image-audit", args=[image.pk])).json()
    assert "Dr Paul Meyer" not in {event["actor"] for event in told["events"]}


def test_ones_own_account(client, doctor, other_doctor, patient, image, user_image):
    seen(client, doctor, image)
    for user, kinds in (
        (doctor, {"consultation_image", "gallery_image", "user"}),
        (patient, {"consultation_image", "user"}),
        (other_doctor, {"user"}),
    ):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        chain.flush_pending()
        events = client.get(reverse("audit")).context["events"]
        assert {event.kind for event in events} == kinds


def test_every_event_once_page_by_page(client, doctor, image, django_assert_max_num_queries):
    for number in range(120):
        record(Action.VIEWED, image, number=number)
    chain.flush_pending()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    for route, arguments in (("image_audit", [image.pk]), ("audit", [])):
        found, before = [], ""
        while before is not None:
            with django_assert_max_num_queries(12):
                page = client.get(reverse(route, args=arguments), {"before": before}).context
            found += [e.id for e in page["events"] if e.kind == "consultation_image"]
            before = page["following"]
        assert len(found) == len(set(found)) == 121
        assert found == sorted(found, reverse=True)
    found, place = [], reverse("api-image-audit", args=[image.pk])
    while place:
        told = client.get(place).json()
        found += [event["id"] for event in told["events"]]
        place = told["next"]
    assert len(found) == 121
    assert client.get(reverse("audit"), {"before": "nonsense"}).status_code == 200


def test_record_outlives_the_user(client, doctor, record, image):
    visitor = make_user("gone@example.org", full_name="Visitor", role="patient")
    record.user = visitor
    record.save()
    seen(client, visitor, image)
    record.user = None
    record.save()
    visitor.delete()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    events = client.get(reverse("image_audit", args=[image.pk])).context["events"]
    (gone,) = [event for event in events if event.actor_role == "patient"]
    assert gone.who is None
    assert ConsultationImage.objects.exists()
