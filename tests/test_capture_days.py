"""Days under pictures: a wrong one puts a lesion's growth out of order."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from consultations import services
from gallery.services.images import submit_image
from testing.cast import photograph, upload

LATE = datetime(2023, 3, 14, 23, 50)  # at UTC-5; in Paris, 05:50 of the 15th


@pytest.fixture
def late(consultation, doctor):
    """A picture taken shortly before midnight, west of the practice."""
    data = photograph(taken_at=LATE, offset="-05:00")
    return services.add_image(consultation=consultation, user=doctor, upload=upload(data=data))[0]


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/consultations/images/{image.pk}/",
        "/consultations/{image.consultation_id}/",
        "/patients/{image.patient_id}/",
    ],
)
def test_a_page_has_the_day_of_the_camera(page, doctor, late, path):
    """Else a picture of the evening is one of the next day, here and there not."""
    shown = text(page(doctor).get(path.format(image=late)))
    assert "14/03/2023" in shown
    assert "15/03/2023" not in shown


def test_its_hour_is_the_cameras_too(page, doctor, late):
    """A day of one clock beside the hour of another is a moment that never was."""
    assert "14/03/2023 23:50" in text(page(doctor).get(f"/consultations/images/{late.pk}/"))


@pytest.mark.parametrize("of", ["consultations/consultationimage", "gallery/userimage"])
def test_the_admin_has_the_day_of_the_camera(client, admin_user, doctor, late, of):
    """The table that settles a dispute says what the pages say."""
    client.force_login(admin_user)
    data = photograph(taken_at=LATE, offset="-05:00")
    own, _created = submit_image(user=doctor, upload=upload(data=data))
    pk = late.pk if "consultation" in of else own.pk
    shown = text(client.get(f"/admin/{of}/{pk}/change/"))
    assert "14/03/2023 23:50" in shown
    assert "15/03/2023" not in shown


def test_the_gallery_has_the_day_of_the_camera(page, doctor):
    """A template moves a moment to our zone unless it has none."""
    data = photograph(taken_at=LATE, offset="-05:00")
    image, _created = submit_image(user=doctor, upload=upload(data=data))
    assert "14/03/2023 23:50" in text(page(doctor).get(f"/gallery/images/{image.pk}/"))


def test_api_and_manifest_have_the_day_of_the_camera(api, doctor, late):
    """What leaves the house says the same as what is on the screen."""
    client = api(doctor)
    found = client.get(f"/api/v1/consultations/images/{late.pk}").json()
    assert found["captured_at"] == "2023-03-14T23:50:00-05:00"
    answer = client.get(f"/api/v1/consultations/{late.consultation_id}/images/download-all")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as files:
        manifest = files.read("manifest.csv").decode("utf-8-sig")
    assert "2023-03-14T23:50:00-05:00" in manifest


def test_the_day_of_an_undated_picture_is_the_practices(late):
    """Added at half past midnight here, it was not added yesterday."""
    late.captured_at = late.captured_offset = None
    late.created_at = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert late.shown_date.isoformat() == "2026-07-01"
