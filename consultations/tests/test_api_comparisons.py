"""Comparisons in the API: kept, read, changed and deleted; and what is refused."""

import json

import pytest
from django.db import IntegrityError, transaction

from audit import chain
from audit.models import Event
from consultations import bin, moving, services
from consultations.comparing import services as comparing
from consultations.models import (
    Comparison,
    ComparisonPane,
    Consultation,
    ConsultationImage,
    Revision,
)
from testing.cast import upload

IDENTITY = {"a": 1, "b": 0, "x": 0, "y": 0}
TURNED = {"a": 0.8, "b": -0.6, "x": 12.5, "y": -40}


@pytest.fixture
def pair(consultation, doctor, cached_processing):
    """Two pictures of one patient, from two visits."""
    later = Consultation.objects.create(doctor=doctor, patient=consultation.patient)
    return [
        services.add_image(consultation=visit, user=doctor, upload=upload(seed=seed))[0]
        for seed, visit in enumerate((consultation, later), start=1)
    ]


@pytest.fixture
def body(pair):
    panes = [
        {"image": pair[0].pk, "transform": IDENTITY},
        {"image": pair[1].pk, "transform": TURNED, "flipped": True},
    ]
    view = {"x": 160, "y": 120, "zoom": 2.5, "angle": -90}
    return {"name": "Forearm", "note": "grows", "mode": "swipe", "view": view, "panes": panes}


@pytest.fixture
def path(record):
    return f"/api/v1/patients/{record.pk}/comparisons"


@pytest.fixture
def kept(api, doctor, path, body):
    """(path, ETag) of a comparison that was kept."""
    answer = api(doctor).post(path, body, format="json")
    assert answer.status_code == 201, answer.data
    path = f"/api/v1/comparisons/{answer.data['id']}"
    assert answer["ETag"] == api(doctor).get(path)["ETag"]
    return path, answer["ETag"]


def recorded():
    """What the audit log says was done with comparisons."""
    chain.flush_pending()
    return sorted(Event.objects.filter(kind="comparison").values_list("action", flat=True))


def codes(answer):
    return {(error["attr"], error["code"]) for error in answer.json()["errors"]}


def test_comparison_is_kept_and_read_as_it_was_sent(api, doctor, patient, path, body, kept):
    listed = api(doctor).get(path).data
    assert listed["total"] == 1
    for told in (listed["comparisons"][0], api(doctor).get(kept[0]).data):
        sent = body | {"panes": [{"flipped": False} | pane for pane in body["panes"]]}
        assert {name: told[name] for name in body} == sent
        assert (told["missing"], told["doctor"]) == (0, doctor.pk)
    theirs = api(patient).get(path).data["comparisons"][0]
    assert theirs["name"] == "Forearm"
    assert theirs["note"] == "", "the note is the doctor's own"
    assert recorded() == ["created"]


def test_list_costs_as_many_queries_for_many_comparisons(
    api, doctor, path, body, kept, count_queries
):
    client = api(doctor)
    one = count_queries(lambda: client.get(path))
    for _ in range(3):
        client.post(path, body, format="json")
    assert count_queries(lambda: client.get(path)) == one


@pytest.mark.parametrize(
    ("panes", "code"), [([], "min_length"), ([1, 2], "invalid"), ("8,6", "not_a_list")]
)
def test_panes_that_are_no_list_of_panes_are_refused(api, doctor, path, body, panes, code):
    answer = api(doctor).post(path, body | {"panes": panes}, format="json")
    assert answer.status_code == 400
    assert ("panes", code) in codes(answer)


@pytest.mark.parametrize(
    ("transform", "code"),
    [
        (TURNED | {"a": "nan"}, "invalid"),
        (TURNED | {"x": "Infinity"}, "invalid"),
        (TURNED | {"b": 10**400}, "overflow"),
        (TURNED | {"x": -1e308}, "min_value"),
        (TURNED | {"y": 2_000_000}, "max_value"),
        (TURNED | {"a": 0, "b": 0}, "min_value"),
        (TURNED | {"a": 90, "b": 90}, "max_value"),
        ({"a": 1}, "required"),
        (None, "null"),
    ],
)
def test_transforms_out_of_reach_are_refused(api, doctor, path, body, transform, code):
    body["panes"][1]["transform"] = transform
    answer = api(doctor).post(path, body, format="json")
    assert answer.status_code == 400
    assert {("panes", code)} == codes(answer)
    assert not Comparison.objects.exists()


def test_pictures_of_others_twice_or_too_many_are_refused(api, doctor, path, body, pair):
    """A picture of another patient, one in the bin and one that never was: the same answer."""
    stranger = Consultation.objects.create(
        doctor=doctor,
        patient=type(pair[0].patient).objects.create(full_name="Jean Petit", created_by=doctor),
    )
    other, _made = services.add_image(consultation=stranger, user=doctor, upload=upload(seed=3))
    binned, _made = services.add_image(
        consultation=pair[0].consultation, user=doctor, upload=upload(seed=3)
    )
    bin.put_away_images(ConsultationImage.objects.filter(pk=binned.pk))
    for key in (other.pk, binned.pk, 10**12):
        panes = [body["panes"][0], body["panes"][1] | {"image": key}]
        answer = api(doctor).post(path, body | {"panes": panes}, format="json")
        assert codes(answer) == {("panes", "does_not_exist")}, key
    twice = api(doctor).post(path, body | {"panes": body["panes"][:1] * 2}, format="json")
    assert codes(twice) == {("panes", "duplicate")}
    five = api(doctor).post(path, body | {"panes": body["panes"][:1] * 5}, format="json")
    assert codes(five) == {("panes", "max_length")}


def test_second_of_two_edits_is_told_and_nothing_is_lost(api, doctor, body, kept):
    path, etag = kept
    first = api(doctor).patch(path, {"note": "shrinks"}, format="json", headers={"If-Match": etag})
    assert first.status_code == 200
    panes = [body["panes"][0], body["panes"][1] | {"transform": IDENTITY}]
    late = api(doctor).patch(path, {"panes": panes}, format="json", headers={"If-Match": etag})
    assert late.status_code == 412
    assert late.json()["current"]["note"] == "shrinks"
    again = {"If-Match": late["ETag"]}
    assert (
        api(doctor).patch(path, {"panes": panes}, format="json", headers=again).status_code == 200
    )
    told = api(doctor).get(path)
    assert told.data["panes"][1]["transform"] == IDENTITY
    assert told["ETag"] != late["ETag"], "another alignment is another state"
    stale = api(doctor).delete(path, headers={"If-Match": late["ETag"]})
    assert stale.status_code == 412
    assert api(doctor).delete(path, headers={"If-Match": told["ETag"]}).status_code == 204
    assert api(doctor).get(path).status_code == 404
    assert ConsultationImage.objects.count() == 2, "the pictures stay"
    assert recorded() == ["changed", "changed", "created", "deleted"]


def test_picture_that_goes_while_it_is_kept_leaves_nothing_half_stored(
    record, doctor, body, kept, pair
):
    """Between the check and the lock it was deleted, or moved to somebody else's record."""
    panes = [pane | {"image": image.pk} for pane, image in zip(body["panes"], pair, strict=True)]
    bin.put_away_images(ConsultationImage.objects.filter(pk=pair[1].pk))
    with pytest.raises(comparing.ImageGone):
        comparing.create_comparison(patient=record, user=doctor, panes=panes, name="Late")
    comparison = Comparison.objects.get()
    with pytest.raises(comparing.ImageGone):
        comparing.change_comparison(comparison, user=doctor, panes=panes, name="Late")
    assert Comparison.objects.get().name == "Forearm"
    assert ComparisonPane.objects.count() == 2
    assert not Revision.objects.exists()


def test_comparison_stays_when_a_picture_is_gone(api, doctor, record, kept, pair):
    """In the bin, moved to another patient, deleted for good: the rest is told, and the number."""
    path, _etag = kept
    images = ConsultationImage.objects.filter(pk=pair[1].pk)

    def told():
        answer = api(doctor).get(path).data
        return [pane["image"] for pane in answer["panes"]], answer["missing"]

    bin.put_away_images(images)
    assert told() == ([pair[0].pk], 1)
    bin.restore_images(ConsultationImage.all_rows.filter(pk=pair[1].pk))
    assert told() == ([image.pk for image in pair], 0)
    elsewhere = Consultation.objects.create(
        doctor=doctor, patient=type(record).objects.create(full_name="Jean", created_by=doctor)
    )
    moving.move_images([pair[1].pk], to=elsewhere.pk, user=doctor)
    assert told() == ([pair[0].pk], 1)
    bin.erase_images(images)
    assert told() == ([pair[0].pk], 1)


def test_database_refuses_a_transform_that_is_no_number(kept):
    for column, value in (("a", float("nan")), ("x", 1e300), ("position", 4)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ComparisonPane.objects.filter(position=1).update(**{column: value})


def test_what_it_said_before_is_kept(api, client, doctor, patient, body, kept, pair):
    """Name, note and panes, for its doctor; with an address that shows these as they lay."""
    path, _etag = kept
    panes = [body["panes"][0], body["panes"][1] | {"transform": IDENTITY, "flipped": False}]
    change = {"note": "shrinks", "mode": "blink", "view": None, "panes": panes}
    for _twice in range(2):  # the second changes nothing
        assert api(doctor).patch(path, change, format="json").status_code == 200
    revision = Revision.objects.get()
    assert revision.changed_by == doctor
    was = revision.former
    assert (was["note"], was["mode"]) == ("grows", "swipe")
    assert json.loads(was["panes"])[1] == {"image": pair[1].pk, **TURNED, "flipped": True}

    key = path.rsplit("/", 1)[1]
    client.force_login(doctor)
    page = client.get(f"/comparisons/{key}/versions/").content.decode()
    assert "tournée de −36,9°, en miroir" in page
    assert "Rideau" in page, "in words"
    first, second = (image.pk for image in pair)
    assert f"images={first},{second}&amp;lay={first}:1,0,0,0;{second}:0.8,-0.6,12.5,-40" in page
    ConsultationImage.all_rows.filter(pk=second).delete()
    page = client.get(f"/comparisons/{key}/versions/").content.decode()
    assert "une image qui manque" in page
    client.force_login(patient)
    assert client.get(f"/comparisons/{key}/versions/").status_code == 403
