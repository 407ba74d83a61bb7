"""Every action records one event: who, what, which image, from where, and no personal data."""

import json
from functools import partial

import pytest
from django.urls import reverse

from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from gallery.models import Share, StorageQuota, UserImage
from gallery.services import shares
from gallery.services.trash import delete_images, purge, restore_images
from testing.cast import PASSWORD, upload

CLIENT_ADDRESS = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def audited_objects(record, consultation, image, user_image, events):
    """The objects that the cases below act on; the events of creating them are already read."""
    UserImage.objects.update(status="ready", due_at=None, cutout="x.png")
    events()


def url(name, *arguments):
    return reverse(name, args=arguments)


def request_of(method, route, *arguments, form=None, json=None):
    """A request of a signed-in doctor. Names found in `objects` are replaced by their keys, in the
    route's arguments and in the data."""

    def request(client, objects):
        data = {name: objects.get(value, value) for name, value in (form or json or {}).items()}
        options = {"content_type": "application/json"} if json else {}
        path = url(route, *(objects.get(argument, argument) for argument in arguments))
        return getattr(client, method)(path, data, **options)

    return request


get, post, patch = (
    partial(request_of, "get"),
    partial(request_of, "post"),
    partial(request_of, "patch"),
)
delete = partial(request_of, "delete")
# The action and kind expected; the request.
ACTS = {
    "image page": ("viewed image", get("image_detail", "image")),
    "viewer": ("viewed image", get("image_file", "image", "display")),
    "past 100 %": ("viewed image", get("image_file", "image", "original")),
    "download": ("downloaded image", get("image_file", "image", "download")),
    "API image": ("viewed image", get("api-image-detail", "image")),
    "grid": ("listed consultation", get("consultation_detail", "consultation")),
    "API list": ("listed consultation", get("api-consultation-images", "consultation")),
    "patient's page": ("listed patient", get("patient_detail", "patient")),
    "ZIP": ("zipped consultation", get("api-consultation-download-all", "consultation")),
    "upload": (
        "uploaded image",
        post("api-consultation-images", "consultation", form={"file": "photograph"}),
    ),
    "change": (
        "changed image",
        patch("api-image-detail", "image", json={"description": "Marie's mole"}),
    ),
    "delete": ("deleted image", delete("api-image-detail", "image")),
    "delete page": ("deleted image", post("image_delete", "image")),
    "patient created": ("created patient", post("api-patient-list", json={"full_name": "Zoé"})),
    "patient created on the page": (
        "created patient",
        post("patient_create", form={"full_name": "Zoé Martin"}),
    ),
    "patient changed": (
        "changed patient",
        patch("api-patient-detail", "patient", json={"phone": "0102030405"}),
    ),
    "patient changed on the page": (
        "changed patient",
        post("patient_edit", "patient", form={"full_name": "Marie L", "phone": "0102030405"}),
    ),
    "consultation created": (
        "created consultation",
        post("api-consultation-list", json={"patient": "patient"}),
    ),
    "consultation changed": (
        "changed consultation",
        patch("api-consultation-detail", "consultation", json={"notes": "melanoma?"}),
    ),
    "gallery page": ("viewed mine", get("gallery_image", "mine")),
    "gallery API": ("viewed mine", get("api-userimage-detail", "mine")),
    "gallery download": ("downloaded mine", get("gallery_file", "mine", "original")),
    "gallery upload": ("uploaded mine", post("api-remove-background", form={"file": "photograph"})),
    "gallery change": (
        "changed mine",
        patch("api-userimage-detail", "mine", json={"title": "Marie"}),
    ),
    "gallery delete": ("deleted mine", delete("api-userimage-detail", "mine")),
    "gallery ZIP": ("zipped mine", post("api-gallery-download", json={"ids": "all of mine"})),
    "share": (
        "shared share",
        post("api-userimage-shares", "mine", json={"lifetime": "1h", "password": "hush hush"}),
    ),
    "logout": ("logout user", post("logout")),
}
KINDS = {"image": "consultation_image", "mine": "gallery_image"}
PRIVATE = (
    "Marie",
    "Lef",
    "Rousseau",
    "Zoé",
    "example.org",
    "IMG_",
    "0102030405",
    "melanoma",
    "hush",
)


def assert_no_personal_data(event):
    facts = json.dumps(event.facts(), default=str, ensure_ascii=False)
    for word in PRIVATE:
        assert word not in facts


@pytest.mark.parametrize("act", ACTS)
def test_one_action_records_one_event(
    act, client, doctor, record, consultation, image, user_image, audited_objects, events
):
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    events()
    objects = {
        "image": image.pk,
        "consultation": consultation.pk,
        "patient": record.pk,
        "mine": str(user_image.pk),
        "all of mine": [str(user_image.pk)],
        "photograph": upload(seed=2),
    }
    expected, request = ACTS[act]
    action, kind = expected.split()
    client.defaults |= CLIENT_ADDRESS
    response = request(client, objects)
    assert response.status_code < 400, response.content
    (event,) = events()
    assert (event.action, event.kind) == (action, KINDS.get(kind, kind))
    assert (event.actor_id, event.actor_role) == (doctor.pk, "doctor")
    assert event.address == "203.0.113.7"
    assert event.request_id == response["X-Request-ID"]
    if act not in ("upload", "gallery upload") and "created" not in act and kind in objects:
        assert event.key == str(objects[kind])
    if kind in ("image", "consultation"):
        patient, by = event.patient_id, event.doctor_id
        assert (patient, by) == (record.pk, doctor.pk)
    if kind in ("mine", "share", "user"):
        assert event.owner_id == doctor.pk
    assert_no_personal_data(event)


def test_logins_failed_logins_and_tokens_are_recorded(client, doctor, events):
    client.defaults |= CLIENT_ADDRESS
    client.post("/accounts/login/", {"username": doctor.email, "password": "wrong"})
    client.post("/accounts/login/", {"username": "nobody@example.org", "password": "wrong"})
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    client.logout()
    body = {"email": doctor.email, "password": PASSWORD}
    client.post("/api/v1/auth/token", body, content_type="application/json")
    client.post("/api/v1/auth/token", body | {"password": "no"}, content_type="application/json")
    recorded = events()
    assert [(e.action, e.actor_id, e.owner_id) for e in recorded if e.action != "logout"] == [
        ("login_failed", None, doctor.pk),
        ("login_failed", None, None),
        ("login", doctor.pk, doctor.pk),
        ("token", doctor.pk, doctor.pk),
        ("login_failed", None, doctor.pk),
    ]
    assert {e.address for e in recorded if e.action != "logout"} == {"203.0.113.7"}
    assert recorded[0].detail == recorded[-1].detail != recorded[1].detail, (
        "the same address gets the same pseudonym"
    )
    for event in recorded:
        assert_no_personal_data(event)


def test_creating_opening_guessing_and_revoking_a_link_are_recorded(
    client, doctor, user_image, audited_objects, events
):
    share, token = shares.create_share(image=user_image, lifetime="1h", password="hush hush")
    path = url("shared", token)
    client.get(path)  # only asks for the password: no event
    client.post(path, {"password": "guess"}, **CLIENT_ADDRESS)
    client.post(path, {"password": "hush hush"}, **CLIENT_ADDRESS)
    shares.revoke(Share.objects.filter(pk=share.pk))
    recorded = events()
    assert [event.action for event in recorded] == ["shared", "wrong_password", "opened", "revoked"]
    assert {event.key for event in recorded} == {str(share.pk)}
    assert {event.owner_id for event in recorded} == {doctor.pk}
    assert [event.address for event in recorded[1:3]] == ["203.0.113.7"] * 2
    assert recorded[1].actor_id is None
    for event in recorded:
        assert_no_personal_data(event)
        assert token not in str(event.facts())


def test_deleting_restoring_and_erasing_are_recorded(
    doctor, user_image, audited_objects, events, settings
):
    images = UserImage.objects.filter(pk=user_image.pk)
    delete_images(images)
    restore_images(images)
    delete_images(images)
    settings.UNDO_SECONDS = 0
    purge()
    recorded = events()
    assert [event.action for event in recorded] == ["deleted", "restored", "deleted", "erased"]
    assert {(event.key, event.owner_id) for event in recorded} == {(str(user_image.pk), doctor.pk)}
    assert recorded[-1].actor_role == "system"


def test_copies_between_gallery_and_consultation_are_recorded(
    api, doctor, consultation, image, events
):
    events()
    answer = api(doctor).post(url("api-image-remove-background", image.pk))
    copy = answer.json()["id"]
    api(doctor).post(url("api-userimage-attach", copy), {"consultation": consultation.pk})
    recorded = [(event.action, event.kind, event.key) for event in events()]
    attached = ConsultationImage.objects.latest("pk")
    assert recorded == [
        ("uploaded", "gallery_image", copy),
        ("copied", "consultation_image", str(image.pk)),
        ("uploaded", "consultation_image", str(attached.pk)),
        ("attached", "gallery_image", copy),
    ]


def test_refused_and_repeated_uploads_record_no_event(api, doctor, consultation, events):
    path = url("api-consultation-images", consultation.pk)
    events()
    assert (
        api(doctor).post(path, {"file": upload(data=b"no")}, format="multipart").status_code == 400
    )
    for _attempt in range(2):
        api(doctor).post(
            path, {"file": upload()}, format="multipart", headers={"Idempotency-Key": "k"}
        )
    assert [event.action for event in events()] == ["uploaded"]


def test_requests_answered_404_record_no_event(
    client, other_doctor, image, user_image, audited_objects, events
):
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    events()
    for path in (
        url("image_detail", image.pk),
        url("image_file", image.pk, "download"),
        url("gallery_image", user_image.pk),
        url("gallery_file", user_image.pk, "original"),
    ):
        assert client.get(path).status_code == 404
    assert not events()


def test_cascading_deletion_of_images_is_recorded(doctor, consultation, image, events):
    """Images that are deleted together with their consultation."""
    services.add_image(consultation=consultation, user=doctor, upload=upload(seed=3))
    keys = {str(key) for key in ConsultationImage.objects.values_list("pk", flat=True)}
    events()
    Consultation.objects.all().delete()
    recorded = events()
    assert {(event.action, event.key) for event in recorded} == {("deleted", key) for key in keys}
    assert {event.patient_id for event in recorded} == {consultation.patient_id}


def test_changes_in_the_admin_are_recorded(client, superuser, record, image, doctor, events):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    quota = StorageQuota.objects.of(doctor.pk)
    events()
    place = "/admin/consultations/patient/"
    body = {"full_name": "Marie Dupont", "created_by": doctor.pk, "file_number": "7"}
    assert client.post(f"{place}{record.pk}/change/", body).status_code == 302
    changed = {"action": "to_pro", "_selected_action": [quota.pk]}
    client.post("/admin/gallery/storagequota/", changed)
    client.get(f"/admin/consultations/consultationimage/{image.pk}/change/")
    client.post(f"/admin/consultations/consultationimage/{image.pk}/delete/", {"post": "yes"})
    recorded = events()
    assert [(event.action, event.kind, event.key) for event in recorded] == [
        ("changed", "patient", str(record.pk)),
        ("changed", "quota", str(doctor.pk)),
        ("viewed", "consultation_image", str(image.pk)),
        ("deleted", "consultation_image", str(image.pk)),
    ]
    assert {event.actor_id for event in recorded} == {superuser.pk}
    assert recorded[0].detail["admin"]
    assert recorded[1].detail["plan"] == "pro"
    assert Patient.objects.get().full_name == "Marie Dupont"
    for event in recorded:
        assert_no_personal_data(event)


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (False, "198.51.100.9", "203.0.113.7"),
        (True, "10.9.9.9, 198.51.100.9", "198.51.100.9"),
        (True, "rubbish", ""),
        (True, None, "203.0.113.7"),
    ],
)
def test_forwarded_address_is_trusted_from_the_proxy_only(
    client, doctor, events, settings, behind_proxy, forwarded, expected
):
    """A client can claim any address: X-Forwarded-For counts only behind our own proxy."""
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    body = {"username": doctor.email, "password": PASSWORD}
    client.post("/accounts/login/", body, headers=headers, **CLIENT_ADDRESS)
    (event,) = events(action="login")
    assert event.address == expected


@pytest.mark.parametrize(
    ("behind_proxy", "given", "kept"),
    [(True, "abc-1234_5.6", True), (False, "abc-1234_5.6", False), (True, 'a"b<c>d e f', False)],
)
def test_request_id_is_kept_only_when_well_formed_and_from_the_proxy(
    client, settings, behind_proxy, given, kept
):
    settings.BEHIND_PROXY = behind_proxy
    request_id = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (request_id == given) is kept
    assert len(request_id) >= 8
