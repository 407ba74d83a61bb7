"""What pages, the CSV and the ZIP say about sizes, and to whom."""

import csv
import io
import zipfile

import pytest

from consultations.measuring.measurements import add_measurement, delete_measurement
from consultations.measuring.scales import remove_scale, set_scale
from consultations.models import Consultation, Device

pytestmark = pytest.mark.alike
RULER = {"method": "ruler", "points": [[10, 20], [210, 20]], "millimetres": 20, "pointing": 0.5}
LENGTH = {"kind": "length", "points": [[50, 50], [122, 50]], "pointing": 0.5, "note": "=1+1"}
OUTLINE = {"kind": "polygon", "points": [[0, 0], [100, 0], [100, 50], [0, 50]], "pointing": 0.5}


@pytest.fixture
def measured(image, doctor):
    set_scale(image=image.pk, user=doctor, **RULER)
    add_measurement(image=image.pk, user=doctor, **LENGTH)
    return image


def text_of(response):
    return response.content.decode().replace("\u00a0", " ")


def test_images_page_tells_sizes_to_its_doctor_alone(page, doctor, patient, measured):
    url = f"/consultations/images/{measured.pk}/"
    shown = text_of(page(doctor).get(url, headers={"Accept-Language": "fr"}))
    assert "7,20 mm ± 0,16" in shown
    assert "10,0 px par mm ± 0,7 %" in shown
    assert "La perspective n’est pas corrigée" in shown
    assert "7.20 mm ± 0.16" in text_of(page(doctor).get(url, headers={"Accept-Language": "en"}))
    assert "7,20 mm" not in text_of(page(patient).get(url))


def test_former_scale_and_deleted_measurement_stay_to_be_read(page, doctor, measured):
    delete_measurement(measurement=measured.measurements.get(), user=doctor)
    remove_scale(image=measured.pk, user=doctor)
    shown = text_of(page(doctor).get(f"/consultations/images/{measured.pk}/"))
    former = shown[shown.index("Anciennes échelles") :]
    assert "7,20 mm ± 0,16" in former
    assert "10,0 px par mm" in former


def test_fragment_beside_the_viewer(page, doctor, measured):
    """The viewer reads the scale and the points from it, whatever the language's decimal sign."""
    Device.objects.create(name="DermLite DL5", field_mm=16.5)
    Device.objects.create(name="Out of use", field_mm=10, active=False)
    add_measurement(image=measured.pk, user=doctor, **OUTLINE)
    url = f"/consultations/images/{measured.pk}/measurements/"
    shown = text_of(page(doctor).get(url, headers={"HX-Request": "true"}))
    assert 'data-mm-per-px="0.1"' in shown
    assert 'data-points="[[50.0, 50.0], [122.0, 50.0]]"' in shown
    assert 'data-mm="16.5"' in shown
    assert "Out of use" not in shown
    assert "30,0 mm ± 0,4" in shown, "the perimeter"
    plain = page(doctor).get(url)
    assert plain["Location"].endswith(f"/consultations/images/{measured.pk}/#measurements")


def rows_of(data, separator):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator))


def test_patients_measurements_as_a_table(page, doctor, other_doctor, record, measured):
    url = f"/patients/{record.pk}/measurements/"
    client = page(doctor)
    (row,) = rows_of(client.get(url, headers={"Accept-Language": "fr"}).content, ";")
    assert (row["millimetres"], row["kind"], row["image"]) == ("7,2", "length", str(measured.pk))
    assert row["note"] == "'=1+1", "no formula"
    assert url in text_of(client.get(f"/patients/{record.pk}/"))
    Consultation.objects.create(doctor=other_doctor, patient=record)
    other = page(other_doctor)
    assert rows_of(other.get(url).content, ";") == [], "of others' images nothing"
    assert url not in text_of(other.get(f"/patients/{record.pk}/"))


def test_manifest_has_the_scale(page, doctor, measured):
    url = f"/api/v1/consultations/{measured.consultation_id}/images/download-all"
    answer = page(doctor).get(url, headers={"Accept-Language": "en"})
    data = b"".join(answer.streaming_content)
    (row,) = rows_of(zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv"), ",")
    assert row["mm_per_px"] == "0.1"
