"""A patient's lesions in the API."""

import pytest

from audit import chain
from audit.models import Event
from consultations import services
from consultations.models import Consultation, ConsultationImage, Lesion, Patient, Revision
from testing.cast import upload

FOREARM = "70559009"


@pytest.fixture
def url(lesion):
    return f"/api/v1/lesions/{lesion.pk}"


@pytest.fixture
def listed(record):
    return f"/api/v1/patients/{record.pk}/lesions"


def error(answer):
    found = answer.json()["errors"][0]
    return answer.status_code, found["code"], found["attr"]


def test_a_lesion_is_added_and_listed(api, doctor, patient, listed, lesion):
    body = {"body_site": FOREARM, "laterality": "right", "first_seen": "2026-10-01"}
    body |= {"map_view": "front", "map_x": 0.25, "map_y": 0.5, "next_review": "2027-04-01"}
    made = api(doctor).post(listed, body)
    assert made.status_code == 201
    assert made.json()["label"] == "L2", "proposed"
    assert made.json() | body == made.json()
    answer = api(doctor).get(listed).json()
    assert [row["label"] for row in answer["lesions"]] == ["L1", "L2"]
    assert (answer["total"], answer["next"]) == (2, None)
    assert api(doctor).post(listed, {"label": " Nævus "}).json()["label"] == "Nævus"
    chain.flush_pending()
    assert Event.objects.filter(action="created", kind="lesion").count() == 2


def test_the_patient_reads_them_without_the_notes(api, doctor, patient, listed, url):
    assert api(doctor).get(url).json()["notes"] == "for doctors"
    assert api(patient).get(url).json()["notes"] == ""
    assert api(patient).get(listed).json()["lesions"][0]["notes"] == ""


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({"label": "L1"}, "label", "unique"),
        ({"label": ""}, "label", "blank"),
        ({"map_view": "front"}, "map_view", "incomplete_point"),
        ({"map_x": 0.5, "map_y": 0.5}, "map_view", "incomplete_point"),
        ({"map_view": "front", "map_x": 1.2, "map_y": 0.5}, "map_x", "max_value"),
        ({"map_view": "front", "map_x": "nan", "map_y": 0.5}, "map_x", "invalid"),
        ({"map_view": "front", "map_x": 0.836, "map_y": 0.43}, "map_view", "point_on_other_side"),
        ({"map_view": "nowhere", "map_x": 0.2, "map_y": 0.5}, "map_view", "invalid_choice"),
        ({"body_site": "1"}, "body_site", "invalid_choice"),
        ({"first_seen": "2970-01-01"}, "first_seen", "invalid_date"),
        ({"first_seen": "1971-01-01"}, "first_seen", "invalid_date"),
        ({"first_seen": "2026-01-01", "next_review": "2025-01-01"}, "next_review", "invalid_date"),
    ],
)
def test_a_bad_lesion_is_refused_by_field_and_code(api, doctor, listed, lesion, body, attr, code):
    body = {"laterality": "right"} | body
    assert error(api(doctor).post(listed, body)) == (400, code, attr)
    assert Lesion.objects.count() == 1


def test_two_people_edit_the_same_lesion(api, doctor, url):
    """The second is told what stands there now, and nothing is lost."""
    client = api(doctor)
    tag = client.get(url)["ETag"]
    first = client.patch(url, {"status": "excised"}, headers={"If-Match": tag})
    second = client.patch(url, {"notes": "mine"}, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["current"]["status"] == "excised"
    assert second["ETag"] == first["ETag"]
    assert client.delete(url, headers={"If-Match": tag}).status_code == 412
    retried = client.patch(url, {"notes": "mine"}, headers={"If-Match": first["ETag"]})
    assert (retried.json()["status"], retried.json()["notes"]) == ("excised", "mine")
    assert Revision.objects.filter(lesion__isnull=False).count() == 2


def test_a_deletion_leaves_the_images(api, doctor, url, image, lesion):
    path = f"/api/v1/consultations/images/{image.pk}"
    tag = api(doctor).get(path)["ETag"]
    assert api(doctor).patch(path, {"lesion": lesion.pk}).json()["lesion"] == lesion.pk
    given = api(doctor).get(path)["ETag"]
    assert given != tag
    assert api(doctor).delete(url).status_code == 204
    assert api(doctor).get(path).json()["lesion"] is None
    stale = api(doctor).patch(path, {"description": "x"}, headers={"If-Match": given})
    assert stale.status_code == 412, "whoever read the lesion is told"


def test_its_images_are_those_the_reader_may_see(
    api, doctor, other_doctor, patient, url, lesion, image, record
):
    visit = Consultation.objects.create(doctor=other_doctor, patient=record)
    theirs, _ = services.add_image(
        consultation=visit, user=other_doctor, upload=upload(seed=4), lesion=lesion
    )
    services.update_image(image, lesion=lesion)
    for user, keys in (
        (doctor, [image.pk]),
        (other_doctor, [theirs.pk]),
        (patient, [theirs.pk, image.pk]),
    ):
        answer = api(user).get(f"{url}/images").json()
        assert [row["id"] for row in answer["images"]] == keys
        assert answer["total"] == len(keys) == api(user).get(url).json()["images_count"]
    page = api(patient).get(f"{url}/images?page_size=1").json()
    assert [row["id"] for row in api(patient).get(page["next"]).json()["images"]] == [image.pk]
    chain.flush_pending()
    told = Event.objects.filter(action="listed", kind="patient").first()
    assert told.detail == {"images": 1, "lesion": lesion.pk, "api": True}


def test_an_image_gets_only_a_lesion_of_its_own_patient_and_side(
    api, doctor, other_doctor, image, lesion
):
    path, client = f"/api/v1/consultations/images/{image.pk}", api(doctor)
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    hidden = Patient.objects.create(full_name="Anna Weiss", created_by=other_doctor)
    of_other, unseen = (Lesion.objects.create(patient=p, label="L1") for p in (other, hidden))
    assert error(client.patch(path, {"lesion": unseen.pk})) == (400, "does_not_exist", "lesion")
    another = (400, "lesion_of_another_patient", "lesion")
    assert error(client.patch(path, {"lesion": of_other.pk})) == another
    several = {"ids": [image.pk], "lesion": of_other.pk}
    assert error(client.patch("/api/v1/consultations/images", several)) == another
    wrong = {"lesion": lesion.pk, "laterality": "right"}
    assert error(client.patch(path, wrong)) == (400, "lesion_on_other_side", "lesion")
    client.patch(path, {"lesion": lesion.pk})
    turned = error(client.patch(path, {"laterality": "right"}))
    assert turned == (400, "lesion_on_other_side", "laterality")
    turned = error(client.patch(f"/api/v1/lesions/{lesion.pk}", {"laterality": "right"}))
    assert turned == (400, "images_on_other_side", "laterality")


def test_several_images_and_an_upload_get_a_lesion(api, doctor, image, lesion, consultation):
    client = api(doctor)
    answer = client.post(
        f"/api/v1/consultations/{consultation.pk}/images",
        {"file": upload(seed=5), "lesion": lesion.pk},
        format="multipart",
    )
    assert (answer.json()["lesion"], answer.json()["laterality"]) == (lesion.pk, "left")
    ids = [image.pk, answer.json()["id"]]
    path = "/api/v1/consultations/images"
    assert client.patch(path, {"ids": ids, "lesion": lesion.pk}).json() == {"changed": 1}
    assert lesion.images.count() == 2
    assert client.patch(path, {"ids": ids, "image_type": "macro"}).json() == {"changed": 1}
    assert lesion.images.count() == 2, "unchanged where it is not named"
    assert client.patch(path, {"ids": ids, "lesion": None}).json() == {"changed": 2}
    assert not ConsultationImage.objects.exclude(lesion=None).exists()


def test_listing_asks_no_more_for_more_lesions(api, doctor, listed, lesion, record, count_queries):
    client = api(doctor)
    one = count_queries(lambda: client.get(listed))
    Lesion.objects.bulk_create(Lesion(patient=record, label=f"L{n}") for n in range(2, 20))
    assert count_queries(lambda: client.get(listed)) == one
