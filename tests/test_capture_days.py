"""Dates of images are on the camera's clock: a wrong date puts a lesion's growth out of order."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from consultations import services
from gallery.services.images import submit_image
from testing.cast import photograph, upload

BEFORE_MIDNIGHT = datetime(2023, 3, 14, 23, 50)  # at UTC-5; in Paris, 05:50 of the 15th


@pytest.fixture
def taken_before_midnight(consultation, doctor):
    """An image taken shortly before midnight, in a time zone west of the practice."""
    data = photograph(taken_at=BEFORE_MIDNIGHT, offset="-05:00")
    return services.add_image(consultation=consultation, user=doctor, upload=upload(data=data))[0]


def html_of(response):
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
def test_pages_show_the_date_of_the_camera(page, doctor, taken_before_midnight, path):
    """Otherwise some pages show an evening picture under the next day."""
    page_text = html_of(page(doctor).get(path.format(image=taken_before_midnight)))
    assert "14/03/2023" in page_text
    assert "15/03/2023" not in page_text


def test_image_page_shows_the_time_of_the_camera(page, doctor, taken_before_midnight):
    """Date and time must be on the same clock."""
    assert "14/03/2023 23:50" in html_of(
        page(doctor).get(f"/consultations/images/{taken_before_midnight.pk}/")
    )


@pytest.mark.parametrize("model", ["consultations/consultationimage", "gallery/userimage"])
def test_admin_shows_the_date_of_the_camera(
    client, admin_user, doctor, taken_before_midnight, model
):
    """The admin must agree with the pages."""
    client.force_login(admin_user)
    data = photograph(taken_at=BEFORE_MIDNIGHT, offset="-05:00")
    gallery_image, _created = submit_image(user=doctor, upload=upload(data=data))
    pk = taken_before_midnight.pk if "consultation" in model else gallery_image.pk
    page_text = html_of(client.get(f"/admin/{model}/{pk}/change/"))
    assert "14/03/2023 23:50" in page_text
    assert "15/03/2023" not in page_text


def test_gallery_shows_the_date_of_the_camera(page, doctor):
    """Templates convert aware datetimes to the current time zone."""
    data = photograph(taken_at=BEFORE_MIDNIGHT, offset="-05:00")
    image, _created = submit_image(user=doctor, upload=upload(data=data))
    assert "14/03/2023 23:50" in html_of(page(doctor).get(f"/gallery/images/{image.pk}/"))


def test_api_and_manifest_have_the_date_of_the_camera(api, doctor, taken_before_midnight):
    """Exported data must agree with the pages."""
    client = api(doctor)
    image = client.get(f"/api/v1/consultations/images/{taken_before_midnight.pk}").json()
    assert image["captured_at"] == "2023-03-14T23:50:00-05:00"
    answer = client.get(
        f"/api/v1/consultations/{taken_before_midnight.consultation_id}/images/download-all"
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as files:
        manifest = files.read("manifest.csv").decode("utf-8-sig")
    assert "2023-03-14T23:50:00-05:00" in manifest


def test_upload_date_is_in_the_practices_time_zone(taken_before_midnight):
    """An undated image added at half past midnight was not added yesterday."""
    taken_before_midnight.captured_at = taken_before_midnight.captured_offset = None
    taken_before_midnight.created_at = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert taken_before_midnight.shown_date.isoformat() == "2026-07-01"
