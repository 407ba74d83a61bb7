"""An image's date is shown with its source, and a clinician may set the right one."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from consultations.dating import validate_captured_on
from consultations.models import ConsultationImage
from consultations.services import add_image
from imaging.tests.exif_blocks import ASCII, entry, jpeg
from testing.cast import upload

ADDED = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def undated_image(image):
    """An image whose file has no date."""
    ConsultationImage.objects.filter(pk=image.pk).update(created_at=ADDED)
    image.refresh_from_db()
    assert image.captured_at is None
    return image


def scanned_jpeg():
    return jpeg(exif=[entry(0x9004, ASCII, b"2019:05:04 10:11:12\0")])


def update(image, **columns):
    ConsultationImage.objects.filter(pk=image.pk).update(**columns)
    image.refresh_from_db()
    return image


def tile(browser, image):
    response = browser.get(
        f"/consultations/{image.consultation_id}/", headers={"Accept-Language": "en"}
    )
    text = response.content.decode()
    return " ".join(text[text.index('class="cap"') : text.index("<template data-facts>")].split())


def facts(browser, image):
    response = browser.get(f"/consultations/images/{image.pk}/", headers={"Accept-Language": "en"})
    text = response.content.decode()
    return text[
        text.index('<dl class="facts">') : text.index("</dl>", text.index('<dl class="facts">'))
    ]


@pytest.fixture
def english_browser(page, doctor, settings):
    settings.LANGUAGE_CODE = "en"
    browser = page(doctor)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def test_upload_date_is_labelled(english_browser, undated_image):
    """Without a label, an old photograph would look like today's."""
    assert "added 30 Jun 2026" in tile(english_browser, undated_image)


def test_date_of_a_file_is_labelled(english_browser, undated_image):
    """Today's scan may show a print from 1990."""
    for source in ("digitized", "file"):
        update(undated_image, captured_at=ADDED.replace(year=2019), captured_from=source)
        assert "30 Jun 2019, date of the file" in tile(english_browser, undated_image)
        assert "<dt>File date<" in facts(english_browser, undated_image)
        assert "<dt>Taken<" not in facts(english_browser, undated_image)


@pytest.mark.parametrize("source", ["original", ""])
def test_date_of_a_camera_has_no_label(english_browser, undated_image, source):
    """Rows from before the upgrade name no source: theirs was the camera."""
    update(undated_image, captured_at=ADDED.replace(year=2019), captured_from=source)
    html = tile(english_browser, undated_image)
    assert "30 Jun 2019" in html
    assert "date of the file" not in html
    assert "added" not in html
    assert "<dt>Taken<" in facts(english_browser, undated_image)


def test_manual_date_is_shown_first_beside_the_cameras(english_browser, undated_image):
    """The camera's date stays visible, because the manual one may be wrong."""
    update(undated_image, captured_at=ADDED, captured_from="original", captured_on=date(2011, 2, 3))
    assert "3 Feb 2011" in tile(english_browser, undated_image)
    html = facts(english_browser, undated_image)
    assert "3 Feb 2011" in html
    assert "30 Jun 2026" in html


def test_camera_date_in_the_future_is_ignored(undated_image):
    """The camera's clock was wrong; one day ahead may only be another time zone."""
    update(undated_image, captured_at=ADDED.replace(day=1, month=7), captured_offset=840)
    assert (undated_image.dated_by, undated_image.shown_date) == ("camera", date(2026, 7, 1))
    update(undated_image, captured_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert (undated_image.dated_by, undated_image.shown_date) == ("upload", date(2026, 6, 30))


def test_gallery_labels_the_upload_date(english_browser, user_image):
    """The grid is ordered by upload, and shows that date."""
    assert "added " in english_browser.get("/gallery/").content.decode()


def test_manual_date_can_be_set_and_removed_on_the_page(page, doctor, undated_image):
    """A clinician may know better than the file."""
    browser, url = page(doctor), f"/consultations/images/{undated_image.pk}/"
    assert 'type="date" name="captured_on"' in browser.get(url).content.decode()
    body = {"image_type": "macro", "captured_on": "2011-02-03"}
    assert browser.post(url, body).status_code == 302
    undated_image.refresh_from_db()
    assert undated_image.captured_on == date(2011, 2, 3)
    assert browser.post(url, body | {"captured_on": ""}).status_code == 302
    undated_image.refresh_from_db()
    assert undated_image.captured_on is None


@pytest.mark.parametrize("day", ["1899-12-31", "2999-01-01", "1972-03-03", "2011-02-30"])
def test_invalid_manual_date_is_refused_by_page_and_api(api, page, doctor, undated_image, day):
    """Too old, in the future, before the patient's birth (4 March 1972), or not a date."""
    body = {"image_type": "macro", "captured_on": day}
    refused = page(doctor).post(f"/consultations/images/{undated_image.pk}/", body)
    assert refused.status_code == 200
    assert refused.context["metadata_form"].errors.keys() == {"captured_on"}
    client = api(doctor)
    answers = (
        client.patch(
            f"/api/v1/consultations/images/{undated_image.pk}", {"captured_on": day}, "json"
        ),
        client.post(
            f"/api/v1/consultations/{undated_image.consultation_id}/images",
            {"file": upload(), "captured_on": day},
            "multipart",
        ),
    )
    for answer in answers:
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["attr"], error["code"]) == (
            "captured_on",
            "invalid" if day == "2011-02-30" else "invalid_date",
        )
    assert ConsultationImage.objects.get().captured_on is None


def test_today_in_the_practices_time_zone_is_valid(time_machine):
    """Half past midnight in the practice is still yesterday in UTC."""
    time_machine.move_to(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    validate_captured_on(date(2026, 7, 1))
    with pytest.raises(ValidationError):
        validate_captured_on(date(2026, 7, 2))


def test_api_names_the_source_of_a_date(api, doctor, consultation):
    """API clients must not take a scanner's date for the shutter's."""
    client, url = api(doctor), f"/api/v1/consultations/{consultation.pk}/images"
    scan = client.post(
        url, {"file": upload(data=scanned_jpeg()), "captured_on": "1990-01-02"}, "multipart"
    ).json()
    assert scan["captured_at"] == "2019-05-04T10:11:12+02:00"
    assert (scan["captured_from"], scan["captured_on"]) == ("digitized", "1990-01-02")
    undated_answer = client.post(url, {"file": upload()}, "multipart").json()
    assert (
        undated_answer["captured_at"],
        undated_answer["captured_from"],
        undated_answer["captured_on"],
    ) == (None, None, None)
    image_url = f"/api/v1/consultations/images/{scan['id']}"
    changed = client.patch(
        image_url, {"captured_on": None, "captured_from": "original"}, "json"
    ).json()
    assert (changed["captured_on"], changed["captured_from"]) == (None, "digitized")


def test_only_the_images_doctor_can_set_a_date(api, patient, other_doctor, undated_image):
    """The patient may only read the image; another doctor may not even see it."""
    image_url = f"/api/v1/consultations/images/{undated_image.pk}"
    for user, status in ((patient, 403), (other_doctor, 404)):
        answer = api(user).patch(image_url, {"captured_on": "2011-02-03"}, "json")
        assert answer.status_code == status
    undated_image.refresh_from_db()
    assert undated_image.captured_on is None


def test_attached_image_gets_the_given_date(api, doctor, user_image, consultation):
    """The date given when attaching is stored, and validated against the patient's birth."""
    attach_url = f"/api/v1/images/{user_image.pk}/attach"
    body = {"consultation": consultation.pk, "captured_on": "1970-01-01"}
    refused = api(doctor).post(attach_url, body, "json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "invalid_date"
    attached = api(doctor).post(attach_url, body | {"captured_on": "2011-02-03"}, "json")
    assert attached.json()["captured_on"] == "2011-02-03"


def test_manifest_names_the_source_of_a_date(api, doctor, undated_image):
    """A colleague who gets the ZIP has only the manifest."""
    update(undated_image, captured_at=ADDED, captured_from="file", captured_on=date(2011, 2, 3))
    url = f"/api/v1/consultations/{undated_image.consultation_id}/images/download-all"
    answer = api(doctor).get(url)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as files:
        manifest = files.read("manifest.csv").decode("utf-8-sig")
    dialect = csv.Sniffer().sniff(manifest.splitlines()[0], ",;")
    (row,) = csv.DictReader(io.StringIO(manifest), dialect=dialect)
    assert (row["captured_from"], row["captured_on"]) == ("file", "2011-02-03")


def test_admin_validates_manual_dates(client, admin_user, undated_image):
    """The same rule applies in the admin."""
    client.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/admin/consultations/consultationimage/{undated_image.pk}/change/"
    body = {"image_type": "macro", "captured_on": "1972-03-03"}
    assert client.post(url, body).status_code == 200
    undated_image.refresh_from_db()
    assert undated_image.captured_on is None
    assert client.post(url, body | {"captured_on": "1972-03-04"}).status_code == 302
    undated_image.refresh_from_db()
    assert undated_image.captured_on == date(1972, 3, 4)


def test_upload_form_has_no_date_field(page, doctor, consultation):
    """The files' own dates are not known yet, and the form applies to many files."""
    html = page(doctor).get(f"/consultations/{consultation.pk}/").content.decode()
    assert 'name="image_type"' in html
    assert 'name="captured_on"' not in html


def test_images_are_ordered_by_their_shown_date(page, api, doctor, consultation):
    """Otherwise an old scan beside today's pictures looks like a recent change."""
    scanned = jpeg(exif=[entry(0x9004, ASCII, b"2019:05:04 10:11:12\0")])
    taken_in_the_evening = jpeg(exif=[entry(0x9003, ASCII, b"2019:05:04 18:00:00\0")])
    today, evening, scan, undated = (
        add_image(consultation=consultation, user=doctor, upload=photo)[0]
        for photo in (
            upload(seed=1),
            upload(data=taken_in_the_evening),
            upload(data=scanned),
            upload(seed=2),
        )
    )
    for url in (f"/consultations/{consultation.pk}/", f"/patients/{consultation.patient_id}/"):
        shown_ids = [image.pk for image in page(doctor).get(url).context["images"]]
        assert shown_ids == [undated.pk, today.pk, evening.pk, scan.pk], url
    edit = {"captured_on": "2018-01-01"}
    assert api(doctor).patch(f"/api/v1/consultations/images/{today.pk}", edit).status_code == 200
    shown_ids = page(doctor).get(f"/patients/{consultation.patient_id}/").context["images"]
    assert [image.pk for image in shown_ids] == [undated.pk, evening.pk, scan.pk, today.pk]
    # The API's order must not depend on editable fields, so that cursors stay valid.
    listed = api(doctor).get(f"/api/v1/consultations/{consultation.pk}/images").json()["images"]
    assert [image["id"] for image in listed] == [undated.pk, scan.pk, evening.pk, today.pk]


def test_trigger_fills_timeline_key_for_rows_of_an_older_version(image):
    """During an upgrade, the older version still inserts images and does not know the column."""
    table, columns = image._meta.db_table, [f.column for f in image._meta.concrete_fields]
    columns = [f'"{name}"' for name in columns if name not in ("id", "timeline_key")]
    column_list = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({column_list}) SELECT {column_list} FROM {table} WHERE id = %s",
            [image.pk],
        )
    assert ConsultationImage.objects.exclude(timeline_key=None).count() == 2
