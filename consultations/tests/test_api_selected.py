"""Several images at once in the API: one request, and nothing of anybody else's."""

import zipfile
from io import BytesIO

import pytest

from audit import chain
from audit.models import Event
from consultations import bin, services
from consultations.models import Consultation, ConsultationImage, Patient, Revision
from testing.cast import upload

IMAGES = "/api/v1/consultations/images"
FOREARM, NOSE = "70559009", "113179006"


@pytest.fixture
def three(consultation, doctor):
    def add(seed):
        made, _ = services.add_image(
            consultation=consultation, user=doctor, upload=upload(seed=seed)
        )
        return made.pk

    return [add(seed) for seed in (1, 2, 3)]


@pytest.fixture
def theirs(other_doctor, record):
    visit = Consultation.objects.create(doctor=other_doctor, patient=record)
    made, _ = services.add_image(consultation=visit, user=other_doctor, upload=upload(seed=7))
    return made.pk


def values(*fields):
    return list(ConsultationImage.objects.order_by("pk").values_list(*fields))


def test_type_site_and_side(api, doctor, three, theirs):
    body = {"ids": [*three[:2], theirs], "image_type": "macro", "body_site": FOREARM}
    answer = api(doctor).patch(IMAGES, body | {"laterality": "left"})
    assert answer.json() == {"changed": 2}
    said = ("macro", FOREARM, "left")
    assert values("image_type", "body_site", "laterality") == [
        *[said] * 2,
        *[("other", "", "")] * 2,
    ]
    assert api(doctor).patch(IMAGES, body).json() == {"changed": 0}, "nothing is written twice"
    assert Revision.objects.filter(image__in=three).count() == 2


def test_each_keeps_what_it_said_before_and_is_in_the_audit_log(api, doctor, three):
    ConsultationImage.objects.filter(pk=three[0]).update(image_type="dermoscopy")
    before = values("updated_at")
    api(doctor).patch(IMAGES, {"ids": three, "image_type": "macro", "body_site": NOSE})
    former = Revision.objects.order_by("image_id").values_list("former", "changed_by")
    assert list(former) == [
        ({"image_type": kind}, doctor.pk) for kind in ("dermoscopy", "other", "other")
    ]
    chain.flush_pending()
    events = Event.objects.filter(action="changed").order_by("key")
    assert [(event.key, event.detail["fields"]) for event in events] == [
        (str(key), ["body_site", "image_type"]) for key in three
    ]
    assert all(now > then for now, then in zip(values("updated_at"), before, strict=True))


def test_more_images_ask_no_more_of_the_database(api, doctor, three, count_queries):
    client = api(doctor)
    one = count_queries(lambda: client.patch(IMAGES, {"ids": three[:1], "image_type": "macro"}))
    all_three = {"ids": three, "image_type": "overview"}
    assert count_queries(lambda: client.patch(IMAGES, all_three)) == one


def test_a_site_that_the_body_has_once_has_no_side(api, doctor, three):
    """Else a nose would be filed as a left one."""
    ids = {"ids": three[:2]}
    api(doctor).patch(IMAGES, ids | {"body_site": FOREARM, "laterality": "left"})
    assert api(doctor).patch(IMAGES, ids | {"body_site": NOSE}).json() == {"changed": 2}
    api(doctor).patch(IMAGES, {"ids": three, "laterality": "right"})
    assert values("body_site", "laterality") == [(NOSE, ""), (NOSE, ""), ("", "right")]


def test_another_type_takes_the_mode_of_dermoscopy_away(api, doctor, three):
    """The database refuses the pair: the whole selection would fail."""
    ConsultationImage.objects.filter(pk=three[0]).update(
        image_type="dermoscopy", dermoscopic_type="contact_polarized"
    )
    assert api(doctor).patch(IMAGES, {"ids": three, "image_type": "macro"}).status_code == 200
    assert values("image_type", "dermoscopic_type") == [("macro", "")] * 3


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"ids": []}, "ids"),
        ({"ids": ["x"]}, "ids"),
        ({"ids": [0]}, "ids"),
        ({"ids": [2**70]}, "ids"),
        ({}, "ids"),
        ({"ids": [1], "image_type": "selfie"}, "image_type"),
        ({"ids": [1], "body_site": "here"}, "body_site"),
    ],
)
def test_what_is_wrong_is_said(api, doctor, three, wrong, attr):
    answer = api(doctor).patch(IMAGES, wrong)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


@pytest.mark.django_db(transaction=True)
def test_deleted_and_restored(api, doctor, three, theirs):
    assert api(doctor).delete(IMAGES, {"ids": [*three, theirs]}).json() == {"deleted": 3}
    assert ConsultationImage.objects.get().pk == theirs
    answer = api(doctor).post(f"{IMAGES}/bin/restore", {"ids": [*three, theirs]})
    assert answer.json() == {"restored": 3}
    assert Event.objects.filter(action="restored").count() == 3


def test_restored_all_or_none(api, doctor, three, consultation):
    bin.put_away_images(consultation.images.all())
    services.add_image(consultation=consultation, user=doctor, upload=upload(seed=1))
    answer = api(doctor).post(f"{IMAGES}/bin/restore", {"ids": three})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "same_file_there"
    assert ConsultationImage.objects.count() == 1


def test_moved(api, doctor, three):
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=other)
    body = {"ids": three, "consultation": visit.pk}
    assert api(doctor).post(f"{IMAGES}/move", body).json() == {"moved": 3}
    assert api(doctor).post(f"{IMAGES}/move", body).json() == {"moved": 0}
    listed = api(doctor).get(f"/api/v1/consultations/{visit.pk}/images").json()
    assert sorted(image["id"] for image in listed["images"]) == three


def test_refusals_of_a_move(api, doctor, three, theirs):
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=other)
    services.add_image(consultation=visit, user=doctor, upload=upload(seed=1))

    def refused(**body):
        answer = api(doctor).post(f"{IMAGES}/move", body)
        (error,) = answer.json()["errors"]
        return answer.status_code, error["code"]

    assert refused(ids=three, consultation=visit.pk) == (409, "same_file_there")
    assert refused(ids=[three[1], theirs], consultation=visit.pk) == (404, "not_found")
    there = ConsultationImage.objects.get(pk=theirs).consultation_id
    assert refused(ids=three, consultation=there) == (400, "does_not_exist")
    assert visit.images.count() == 1


@pytest.mark.django_db(transaction=True)
def test_downloaded_by_whoever_may_see_them(api, doctor, patient, three, theirs):
    for user in (doctor, patient):
        answer = api(user).post(f"{IMAGES}/download", {"ids": three[:2]})
        with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
            assert len(archive.namelist()) == 3, "and the manifest"
    told = Event.objects.filter(action="zipped", kind="consultation_image")
    assert sorted(set(told.values_list("key", flat=True))) == sorted(map(str, three[:2]))
    assert api(doctor).post(f"{IMAGES}/download", {"ids": [theirs]}).status_code == 404


def test_a_patient_changes_nothing(api, patient, three):
    for method, path in (
        ("patch", ""),
        ("delete", ""),
        ("post", "/move"),
        ("post", "/bin/restore"),
    ):
        answer = getattr(api(patient), method)(f"{IMAGES}{path}", {"ids": three})
        assert answer.status_code == 403, path
