"""Scales and measurements in the API: what is stored, what is refused, and who may."""

import json

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event, PendingEvent
from consultations import bin
from consultations.measuring import measurements
from consultations.measuring.scales import remove_scale, set_scale
from consultations.models import ConsultationImage, Device, Measurement, Patient, Scale

pytestmark = pytest.mark.alike
RULER = {"method": "ruler", "points": [[10, 20], [210, 20]], "millimetres": 20, "pointing": 0.5}
LENGTH = {"kind": "length", "points": [[50, 50], [122, 50]], "pointing": 0.5}


@pytest.fixture
def scale_url(image):
    return f"/api/v1/consultations/images/{image.pk}/scale"


@pytest.fixture
def url(image):
    return f"/api/v1/consultations/images/{image.pk}/measurements"


@pytest.fixture
def device():
    return Device.objects.create(name="DermLite DL5", field_mm=16, tolerance=3)


def post(client, url, body, **headers):
    text = json.dumps(body).replace("Infinity", "1e999")  # JSON has no other infinity
    return client.post(url, text, content_type="application/json", headers=headers)


def error_of(answer):
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["attr"]


def test_measured_without_a_scale_and_then_with_one(api, doctor, image, scale_url, url):
    """A scale that comes later makes millimetres of what is there already."""
    client = api(doctor)
    made = post(client, url, LENGTH).json()
    assert (made["value"], made["millimetres"], made["scale_id"]) == (72, None, None)
    assert made["figures"]["length"]["pixels_margin"] == pytest.approx(2 * 0.5 * 2**0.5)

    answer = post(client, scale_url, RULER)
    assert (answer.status_code, answer.json()["mm_per_px"]) == (201, 0.1)
    body = client.get(url).json()
    (shown,) = body["measurements"]
    assert shown["millimetres"] == pytest.approx(7.2)
    assert shown["scale_id"] == body["scale"]["id"] == answer.json()["id"]
    relative = 0.5 * 2**0.5 / 200
    assert body["scale"]["uncertainty"] == pytest.approx(relative)
    margin = 2 * ((0.1 * 0.5 * 2**0.5) ** 2 + (7.2 * relative) ** 2) ** 0.5
    assert shown["margin"] == pytest.approx(margin)

    post(client, scale_url, RULER | {"millimetres": 10})
    assert client.get(url).json()["measurements"][0]["millimetres"] == pytest.approx(3.6)
    history = client.get(scale_url).json()
    assert (history["current"]["mm_per_px"], history["former"][0]["mm_per_px"]) == (0.05, 0.1)
    assert history["former"][0]["ended_at"]

    assert client.delete(scale_url).status_code == 204
    assert client.get(url).json()["measurements"][0]["millimetres"] is None
    assert error_of(client.delete(scale_url)) == (409, "no_scale", None)


def test_field_of_view_of_a_device(api, doctor, scale_url, device):
    body = {"method": "field", "points": [[0, 120], [320, 120]], "device": device.pk}
    shown = post(api(doctor), scale_url, body).json()
    assert (shown["mm_per_px"], shown["millimetres"]) == (0.05, 16)
    assert shown["uncertainty"] > device.tolerance / 100
    Device.objects.update(field_mm=32)
    assert api(doctor).get(scale_url).json()["current"]["mm_per_px"] == 0.05, "as it was set"


@pytest.mark.parametrize(
    ("change", "status_and_code"),
    [
        ({"points": [[10, 20], [10, 20]]}, "scale_too_short"),
        ({"points": [[10, 20], [12, 20]], "pointing": 3}, "scale_too_short"),
        ({"points": [[10, 20], [321, 20]]}, "outside_picture"),
        ({"points": [[-1, 20], [200, 20]]}, "outside_picture"),
        ({"points": [[10, 20], [1e999, 20]]}, "not_a_number"),
        ({"points": [[10, 20], [10**400, 20]]}, "not_a_number"),
        ({"points": [[10, 20], [1e308, -1e308]]}, "outside_picture"),
        ({"points": [[10, 20], ["a", 20]]}, "not_a_number"),
        ({"points": [[10, 20], [True, 20]]}, "not_a_number"),
        ({"points": "10,20"}, "not_a_number"),
        ({"points": [[10, 20]]}, "too_few_points"),
        ({"points": [[10, 20], [20, 20], [30, 30]]}, "too_many_points"),
        ({"millimetres": 10_000}, "implausible_scale"),
        ({"millimetres": 0}, "implausible_scale"),
        ({"millimetres": -5}, "implausible_scale"),
        ({"millimetres": 2000, "points": [[10, 20], [110, 20]]}, "implausible_scale"),
        ({"millimetres": "nan"}, "invalid"),
        ({"millimetres": "1e999"}, "invalid"),
        ({"millimetres": 10**400}, "overflow"),
        ({"pointing": 10**400}, "overflow"),
        ({"millimetres": None}, "null"),
        ({"method": "guess"}, "invalid_choice"),
        ({"method": "field"}, "device_mismatch"),
        ({"device": 999}, "does_not_exist"),
    ],
)
def test_scale_that_cannot_be(api, doctor, scale_url, change, status_and_code):
    """One of 10 m, of no length, outside the picture: a wrong figure is worse than none."""
    status, code, attr = error_of(post(api(doctor), scale_url, RULER | change))
    assert (status, code) == (400, status_and_code)
    assert attr in {*change, "device"}
    assert not Scale.objects.exists()


def test_device_out_of_use_or_without_its_field(api, doctor, scale_url, device):
    assert error_of(post(api(doctor), scale_url, RULER | {"device": device.pk}))[1] == (
        "device_mismatch"
    )
    Device.objects.update(active=False)
    body = {"method": "field", "points": RULER["points"], "device": device.pk}
    assert error_of(post(api(doctor), scale_url, body)) == (400, "does_not_exist", "device")
    without = {key: value for key, value in RULER.items() if key != "millimetres"}
    assert error_of(post(api(doctor), scale_url, without)) == (400, "required", "millimetres")


@pytest.mark.parametrize(
    ("kind", "points", "code"),
    [
        ("length", [[5, 5], [5, 5]], "nothing_measured"),
        ("polygon", [[0, 0], [50, 0], [100, 0]], "nothing_measured"),
        ("polygon", [[0, 0], [50, 50], [50, 0], [0, 50]], "self_crossing"),
        ("polygon", [[0, 0], [50, 50]], "too_few_points"),
        ("polyline", [[0, 0], [1, 1]] * 101, "too_many_points"),
        ("ellipse", [[0, 0], [50, 0], [70, 0]], "nothing_measured"),
        ("length", [[5, 5], [5, 241]], "outside_picture"),
    ],
)
def test_shape_that_cannot_be_measured(api, doctor, url, kind, points, code):
    answer = post(api(doctor), url, {"kind": kind, "points": points})
    assert error_of(answer) == (400, code, "points")
    assert not Measurement.all_rows.exists()


def test_two_who_set_the_scale_at_once(api, doctor, scale_url):
    """The second is told what stands there now; without If-Match both are kept, one as history."""
    client = api(doctor)
    seen = client.get(scale_url)["ETag"]
    first = post(client, scale_url, RULER, **{"If-Match": seen})
    second = post(client, scale_url, RULER | {"millimetres": 30}, **{"If-Match": seen})
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["current"]["id"] == first.json()["id"]
    assert second["ETag"] == first["ETag"] != seen
    assert client.delete(scale_url, headers={"If-Match": seen}).status_code == 412
    assert client.delete(scale_url, headers={"If-Match": first["ETag"]}).status_code == 204


def test_one_measurement_is_read_and_taken_back(api, doctor, url, scale_url, image):
    client = api(doctor)
    made = post(client, url, LENGTH | {"note": "long axis"})
    path = f"/api/v1/measurements/{made.json()['id']}"
    shown = client.get(path)
    assert (shown.json(), shown["ETag"]) == (made.json(), made["ETag"])
    post(client, scale_url, RULER)
    assert client.delete(path, headers={"If-Match": shown["ETag"]}).status_code == 412
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == client.delete(path).status_code == 404
    assert client.get(url).json()["measurements"] == []
    assert Measurement.all_rows.get().deleted_at, "it is kept as history"


def test_nobody_elses(api, patient, other_doctor, doctor, url, scale_url):
    key = post(api(doctor), url, LENGTH).json()["id"]
    for path in (url, scale_url, f"/api/v1/measurements/{key}"):
        assert api(other_doctor).get(path).status_code == 404
        assert api(patient).get(path).status_code == 403
    for path in (url, scale_url):
        assert post(api(other_doctor), path, RULER | LENGTH).status_code == 404
    assert api(other_doctor).delete(f"/api/v1/measurements/{key}").status_code == 404
    # As a patient they see the image, and what is measured in it as little as any patient.
    Patient.objects.update(user=other_doctor)
    for path in (url, scale_url, f"/api/v1/measurements/{key}"):
        assert api(other_doctor).get(path).status_code == 404


def test_image_deleted_meanwhile(api, doctor, image, url, scale_url):
    """In the bin there is nothing to measure; restored, it has all it had."""
    post(api(doctor), scale_url, RULER)
    key = post(api(doctor), url, LENGTH).json()["id"]
    bin.put_away_images(ConsultationImage.objects.all())
    assert post(api(doctor), url, LENGTH).status_code == 404
    assert api(doctor).get(f"/api/v1/measurements/{key}").status_code == 404
    for act in (
        lambda: set_scale(image=image.pk, user=doctor, **RULER),
        lambda: remove_scale(image=image.pk, user=doctor),
        lambda: measurements.add_measurement(image=image.pk, user=doctor, **LENGTH),
    ):
        with pytest.raises(ConsultationImage.DoesNotExist):
            act()
    bin.restore_images(ConsultationImage.all_rows.all())
    assert len(api(doctor).get(url).json()["measurements"]) == 1
    ConsultationImage.all_rows.all().delete()
    assert not Scale.objects.exists()
    assert not Measurement.all_rows.exists()


def test_no_more_than_an_image_can_have(api, doctor, url, monkeypatch):
    monkeypatch.setattr("consultations.measuring.measurements.MOST_MEASUREMENTS", 1)
    assert post(api(doctor), url, LENGTH).status_code == 201
    assert error_of(post(api(doctor), url, LENGTH)) == (409, "too_many_measurements", None)


@pytest.mark.django_db(transaction=True)
def test_audit_log_tells_of_it(api, doctor, image, url, scale_url):
    post(api(doctor), scale_url, RULER)
    post(api(doctor), url, LENGTH)
    for part, read in (("scale", scale_url), ("measurements", url)):
        api(doctor).get(read)
        last = Event.objects.latest("pk")
        assert (last.action, last.key, last.detail["part"]) == ("viewed", str(image.pk), part)
    told = [
        event.detail
        for event in Event.objects.filter(kind="consultation_image", action="changed", key=image.pk)
    ]
    assert not PendingEvent.objects.exists()
    assert {"scale", "method"} in [{*detail} for detail in told]
    assert {"measurement", "measured"} in [{*detail} for detail in told]


@pytest.mark.parametrize(
    "change",
    [{"mm_per_px": 0}, {"x1": -1}, {"millimetres": 10_000}, {"method": "field"}, {"y2": 1e9}],
)
def test_database_refuses_an_impossible_scale(doctor, image, change):
    made = set_scale(image=image.pk, user=doctor, **RULER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Scale.objects.filter(pk=made.pk).update(**change)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)  # a second current one
