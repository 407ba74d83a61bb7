"""Annotations in the API: written, read, changed and deleted; who sees them; what is refused."""

import json

import pytest

from annotations.models import Annotation, AnnotationVersion, Category
from audit.models import Event, PendingEvent
from consultations import bin, moving
from consultations.models import Consultation, ConsultationImage, Patient

pytestmark = pytest.mark.alike
POLYGON = {"type": "SvgSelector", "value": '<svg><polygon points="10,20 60,20 40,70"/></svg>'}
RECTANGLE = {"type": "FragmentSelector", "value": "xywh=pixel:10,20,30,40"}
TO_PATIENT = {"type": "schema:Patient"}


def annotation(text="Bord flou", selector=POLYGON, **more):
    body = [{"type": "TextualBody", "purpose": "commenting", "value": text}] if text else []
    return {"type": "Annotation", "body": body, "target": {"selector": selector}} | more


@pytest.fixture
def url(image):
    return f"/api/v1/consultations/images/{image.pk}/annotations"


@pytest.fixture
def margin():
    return Category.objects.update_or_create(
        code="margin", defaults={"name": "Marge", "name_en": "Margin"}
    )[0]


@pytest.fixture
def written(api, doctor, url):
    """(address, ETag) of one that the doctor wrote."""
    answer = api(doctor).post(url, annotation(), format="json")
    assert answer.status_code == 201, answer.json()
    return answer["Location"], answer["ETag"]


@pytest.fixture
def colleague(other_doctor, image):
    """Another doctor, whose consultation it is now."""
    Consultation.objects.update(doctor=other_doctor)
    return other_doctor


def codes(answer):
    return answer.status_code, {(error["attr"], error["code"]) for error in answer.json()["errors"]}


def told():
    facts = [*PendingEvent.objects.all(), *Event.objects.all()]
    return [event.detail for event in facts if "annotation" in event.detail]


def test_annotation_is_kept_as_it_was_sent(api, doctor, url, image, margin):
    classified = [
        {"type": "TextualBody", "purpose": "commenting", "value": "<b>Bord</b> flou"},
        {"type": "TextualBody", "purpose": "classifying", "value": "margin"},
    ]
    answer = api(doctor).post(url, annotation(body=classified), format="json")
    made = answer.json()
    assert answer.status_code == 201
    assert made["id"] == answer["Location"]
    assert made["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (made["version"], made["creator"]["name"]) == (1, "Dr Claire Rousseau")
    assert [body["value"] for body in made["body"]] == ["<b>Bord</b> flou", "margin"]
    assert made["body"][0]["format"] == "text/plain", "nobody takes the text for HTML"
    assert "audience" not in made
    source = f"http://testserver/api/v1/consultations/images/{image.pk}"
    assert made["target"]["source"] == source
    page = api(doctor).get(url).json()
    assert page["items"] == [made]
    assert (page["type"], page["partOf"]["total"]) == ("AnnotationPage", 1)
    row = Annotation.objects.get()
    assert (row.kind, row.category, row.author) == ("polygon", margin, doctor)
    assert told() == [{"annotation": row.pk, "drawn": "polygon"}], "no word of it"


def test_one_body_may_be_an_object_and_the_media_type_linked_data(api, doctor, url):
    """As the model allows, and as other programs send it."""
    body = {"type": "TextualBody", "value": "Bord"}
    sent = json.dumps(annotation(body=body, id="#8", selector=RECTANGLE))
    answer = api(doctor).post(url, sent, content_type="application/ld+json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["body"][0]["value"] == "Bord"
    assert answer.json()["target"]["selector"]["value"] == "xywh=pixel:10,20,30,40"


def test_patient_sees_what_is_shared_and_nothing_else(api, doctor, patient, url, written):
    address, _etag = written
    assert api(patient).get(url).json()["items"] == []
    for method in ("get", "put", "delete"):
        assert getattr(api(patient), method)(address).status_code == 404
    assert api(patient).get(f"{address}/versions").status_code == 404
    shared = api(doctor).put(address, annotation(audience=TO_PATIENT), format="json")
    assert shared.json()["audience"] == TO_PATIENT
    (seen,) = api(patient).get(url).json()["items"]
    assert seen == api(patient).get(address).json() == shared.json()
    for method in ("put", "delete"):
        assert (
            getattr(api(patient), method)(address, annotation(), format="json").status_code == 403
        )
    assert api(patient).get(f"{address}/versions").status_code == 404
    api(doctor).put(address, annotation(), format="json")
    assert api(patient).get(address).status_code == 404


def test_what_was_shared_with_one_patient_is_not_shown_to_another(
    api, doctor, patient, other_patient, url, image, written
):
    """A picture filed under the wrong patient is moved: its annotations go along, shown to nobody
    new."""
    api(doctor).put(written[0], annotation(audience=TO_PATIENT), format="json")
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor, user=other_patient)
    visit = Consultation.objects.create(doctor=doctor, patient=other)
    moving.move_images([image.pk], to=visit.pk, user=doctor)
    assert api(other_patient).get(url).json()["items"] == []
    assert api(patient).get(url).status_code == 404
    (kept,) = api(doctor).get(url).json()["items"]
    assert "audience" not in kept
    api(doctor).put(written[0], annotation(audience=TO_PATIENT), format="json")
    assert len(api(other_patient).get(url).json()["items"]) == 1


def test_every_state_is_kept_and_the_deletion_too(api, doctor, url, written):
    address, etag = written
    client = api(doctor)
    changed = client.put(address, annotation("Bord net"), format="json", headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    again = client.put(address, annotation("Bord net"), format="json")
    assert again["ETag"] == changed["ETag"], "nothing changed: no version of its own"
    assert client.delete(address, headers={"If-Match": again["ETag"]}).status_code == 204
    assert client.get(url).json()["items"] == []
    assert client.get(address).status_code == 404
    states = client.get(f"{address}/versions").json()
    texts = [state["document"] and state["document"]["body"][0]["value"] for state in states]
    assert texts == ["Bord flou", "Bord net", None]
    assert {state["changed_by"]["name"] for state in states} == {"Dr Claire Rousseau"}
    assert [event.get("deleted") for event in told()] == [None, None, True]


@pytest.mark.parametrize("method", ["put", "delete"])
def test_of_two_people_at_once_the_second_is_told(api, doctor, written, method):
    """Else the first one's words were gone, and nobody had seen them."""
    address, etag = written
    api(doctor).put(address, annotation("Bord net"), format="json")
    second = getattr(api(doctor), method)
    late = second(address, annotation("Bord rouge"), format="json", headers={"If-Match": etag})
    assert codes(late) == (412, {(None, "changed_meanwhile")})
    assert late.json()["current"]["body"][0]["value"] == "Bord net"
    assert late["ETag"] == api(doctor).get(address)["ETag"]
    assert Annotation.objects.get().version == 2


def test_only_its_author_changes_words_and_shape(api, url, written, colleague):
    address, _etag = written
    client = api(colleague)
    assert codes(client.put(address, annotation("autre"), format="json")) == (
        403,
        {(None, "not_the_author")},
    )
    moved = client.put(address, annotation(selector=RECTANGLE), format="json")
    assert codes(moved) == (403, {(None, "not_the_author")})
    assert codes(client.delete(address)) == (403, {(None, "not_the_author")})
    shared = client.put(address, annotation(audience=TO_PATIENT), format="json")
    assert (shared.status_code, shared.json()["version"]) == (200, 2)
    assert shared.json()["creator"]["name"] == "Dr Claire Rousseau"
    versions = client.get(f"{address}/versions").json()
    assert versions[1]["changed_by"]["name"] == "Dr Paul Meyer"


def test_without_its_author_the_doctor_of_the_image_may(api, written, colleague):
    """Else nobody could ever correct it."""
    Annotation.objects.update(author=None)
    answer = api(colleague).put(written[0], annotation("autre"), format="json")
    assert (answer.status_code, answer.json()["creator"]) == (200, None)


@pytest.mark.parametrize(
    ("change", "attr", "code"),
    [
        ({"type": "Note"}, "type", "invalid_choice"),
        ({"motivation": "replying"}, "motivation", "invalid_choice"),
        ({"body": "Bord flou"}, "body", "not_a_list"),
        ({"body": [{"type": "Image", "value": "x"}]}, "body", "invalid_choice"),
        ({"body": [{"type": "TextualBody", "value": "x" * 2001}]}, "body", "max_length"),
        (
            {"body": [{"type": "TextualBody", "value": "a\0b"}]},
            "body",
            "null_characters_not_allowed",
        ),
        (
            {"body": [{"type": "TextualBody", "value": "x", "format": "text/html"}]},
            "body",
            "invalid_choice",
        ),
        ({"body": [{"type": "TextualBody", "value": "x"}] * 2}, "body", "duplicate"),
        (
            {"body": [{"type": "TextualBody", "value": "none", "purpose": "classifying"}]},
            "body",
            "unknown_category",
        ),
        ({"target": {}}, "target.selector", "required"),
        ({"target": "http://testserver/x#xywh=1,2,3,4"}, "target.non_field_errors", "invalid"),
        ({"target": {"selector": [POLYGON]}}, "target.selector.non_field_errors", "invalid"),
        (
            {"target": {"selector": POLYGON | {"type": "CssSelector"}}},
            "target.selector.type",
            "invalid_choice",
        ),
        (
            {"target": {"selector": RECTANGLE | {"value": "xywh=pixel:310,20,30,40"}}},
            "target.selector.value",
            "outside_picture",
        ),
        ({"audience": {"type": "schema:Researcher"}}, "audience.type", "invalid_choice"),
    ],
)
def test_what_is_no_annotation_is_refused_and_nothing_kept(api, doctor, url, change, attr, code):
    answer = api(doctor).post(url, annotation() | change, format="json")
    assert codes(answer) == (400, {(attr, code)})
    assert not AnnotationVersion.objects.exists()


def test_body_too_large_or_nested_is_refused(api, doctor, url):
    deep = annotation() | {"body": [{"type": "TextualBody", "value": {"x": [[[["y"]]]]}}]}
    assert codes(api(doctor).post(url, deep, format="json")) == (400, {("body", "invalid")})
    answer = api(doctor).post(url, "[" * 100_000, content_type="application/json")
    assert answer.status_code == 400
    assert not Annotation.objects.exists()


def test_category_out_of_use_stays_on_what_has_it(api, doctor, url, margin):
    body = [{"type": "TextualBody", "purpose": "classifying", "value": "margin"}]
    made = api(doctor).post(url, annotation(body=body), format="json").json()
    Category.objects.update(active=False)
    refused = api(doctor).post(url, annotation(body=body), format="json")
    assert codes(refused) == (400, {("body", "unknown_category")})
    kept = api(doctor).put(made["id"], annotation(body=body, selector=RECTANGLE), format="json")
    assert kept.status_code == 200
    (listed,) = [
        one
        for one in api(doctor).get("/api/v1/annotations/categories").json()
        if one["code"] == "margin"
    ]
    assert (listed["name"], listed["active"]) == ("Marge", False)


def test_an_image_has_so_many_and_no_more(api, doctor, url, written, monkeypatch):
    monkeypatch.setattr("annotations.services.MOST_ANNOTATIONS", 1)
    answer = api(doctor).post(url, annotation(), format="json")
    assert codes(answer) == (409, {(None, "too_many_annotations")})


def test_annotations_go_away_and_come_back_with_their_image(api, doctor, url, image, written):
    bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk))
    for address in (url, written[0], f"{written[0]}/versions"):
        assert api(doctor).get(address).status_code == 404
    bin.restore_images(ConsultationImage.all_rows.filter(pk=image.pk))
    assert len(api(doctor).get(url).json()["items"]) == 1


def test_list_costs_as_many_queries_for_many(api, doctor, url, written, count_queries):
    client = api(doctor)
    one = count_queries(lambda: client.get(url))
    for _ in range(3):
        client.post(url, annotation(), format="json")
    assert count_queries(lambda: client.get(url)) == one


def test_deleted_annotation_comes_back_as_it_was(api, doctor, other_doctor, written):
    """For who deleted the wrong one: nothing of it is typed again, and every step is a version."""
    address, _etag = written
    before = api(doctor).get(address).json()
    assert api(doctor).delete(address).status_code == 204
    assert api(other_doctor).post(f"{address}/restore").status_code == 404
    answer = api(doctor).post(f"{address}/restore")
    assert answer.status_code == 200, answer.json()
    assert answer.json() == before | {"version": 3, "modified": answer.json()["modified"]}
    assert api(doctor).post(f"{address}/restore")["ETag"] == answer["ETag"], "once is enough"
    assert len(api(doctor).get(f"{address}/versions").json()) == 3
    assert told()[-1].keys() == {"annotation", "restored"}


def test_only_its_author_brings_an_annotation_back(api, doctor, other_doctor, written):
    assert api(doctor).delete(written[0]).status_code == 204
    Consultation.objects.update(doctor=other_doctor)
    answer = api(other_doctor).post(f"{written[0]}/restore")
    assert codes(answer) == (403, {(None, "not_the_author")})


def test_room_is_needed_to_bring_one_back(api, doctor, url, written, monkeypatch):
    assert api(doctor).delete(written[0]).status_code == 204
    assert api(doctor).post(url, annotation(), format="json").status_code == 201
    monkeypatch.setattr("annotations.services.MOST_ANNOTATIONS", 1)
    answer = api(doctor).post(f"{written[0]}/restore")
    assert codes(answer) == (409, {(None, "too_many_annotations")})
