"""Images of a consultation through the API: contract, error codes and permissions."""

import io
import uuid
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from consultations.models import ConsultationImage
from imaging.decoding.decoder import Decoders
from imaging.errors import DecoderUnavailable
from testing.cast import blobs, photograph, upload

FIELDS = {
    "id",
    "consultation_id",
    "image_url",
    "thumbnail_url",
    "original_url",
    "original_filename",
    "file_size",
    "mime_type",
    "width",
    "height",
    "image_type",
    "dermoscopic_type",
    "body_location",
    "body_site",
    "laterality",
    "lesion",
    "mirrored",
    "description",
    "is_primary",
    "captured_at",
    "captured_from",
    "captured_on",
    "camera_model",
    "sha256",
    "created_at",
    "updated_at",
    "quality",
    "damaged",
}


@pytest.fixture
def url(consultation):
    return f"/api/v1/consultations/{consultation.pk}/images"


def post(client, url, file=None, **fields):
    body = dict(fields)
    if file is not None:
        body["file"] = file
    headers = {"Idempotency-Key": body.pop("key")} if "key" in body else {}
    return client.post(url, body, format="multipart", headers=headers)


def error_codes(response):
    body = response.json()
    assert set(body) == {"type", "errors"}
    return [(e["code"], e["attr"]) for e in body["errors"]]


def bytes_of(client, url):
    return b"".join(client.get(url).streaming_content)


def test_upload_stores_metadata_and_renditions(api, doctor, url, client, consultation):
    data = photograph(
        size=(640, 480),
        taken_at=datetime(2026, 11, 14, 9, 42),
        offset="+05:45",
        make="Apple",
        model="iPhone 15 Pro",
        gps=(48.85, 2.29),
    )
    response = post(
        api(doctor),
        url,
        SimpleUploadedFile("IMG 1.JPG", data, content_type="text/html"),
        image_type="dermoscopy",
        dermoscopic_type="contact_polarized",
        body_site="70559009",
        laterality="left",
        body_location="face interne",
        description="réseau régulier",
        is_primary="true",
    )
    assert response.status_code == 201, response.json()
    image = response.json()
    assert set(image) == FIELDS
    row = ConsultationImage.objects.get()
    assert (image["id"], image["consultation_id"]) == (row.pk, consultation.pk)
    assert (image["mime_type"], image["width"], image["height"]) == ("image/jpeg", 640, 480)
    assert image["captured_at"] == "2026-11-14T09:42:00+05:45", "on the camera's own clock"
    assert image["camera_model"] == "Apple iPhone 15 Pro"
    assert image["is_primary"] is True
    assert image["quality"]["verdict"] in ("good", "acceptable", "poor")
    assert image["laterality"] == "left"
    assert bytes_of(client, image["original_url"]) == data
    for rendition in ("image_url", "thumbnail_url"):
        picture = Image.open(io.BytesIO(bytes_of(client, image[rendition])))
        assert not picture.getexif()


def test_capture_date_without_offset_is_on_the_practice_clock(api, doctor, url):
    data = photograph(taken_at=datetime(2026, 7, 14, 9, 42))
    answer = post(api(doctor), url, upload(data=data)).json()
    assert answer["captured_at"] == "2026-07-14T09:42:00+02:00"


def test_upload_requires_only_the_file(api, doctor, url):
    assert post(api(doctor), url, upload("noextension")).status_code == 201
    assert ConsultationImage.objects.get().image_type == "other"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (None, "missing_file"),
        (b"", "empty_file"),
        (b"%PDF-1.7 nothing", "unsupported_type"),
        (photograph()[:1500], "corrupt_image"),
    ],
)
def test_refused_file_answers_its_code_and_stores_nothing(api, doctor, url, file, code):
    file = None if file is None else SimpleUploadedFile("x.jpg", file)
    response = post(api(doctor), url, file)
    assert response.status_code == 400
    assert error_codes(response) == [(code, "file")]
    assert blobs() == set()
    assert not ConsultationImage.objects.exists()


def test_size_and_pixel_limits_answer_their_codes(api, doctor, url, settings):
    settings.MAX_IMAGE_PIXELS = 1000
    assert error_codes(post(api(doctor), url, upload())) == [("too_many_pixels", "file")]
    settings.MAX_UPLOAD_SIZE = 1000
    assert error_codes(post(api(doctor), url, upload())) == [("file_too_large", "file")]


def test_text_instead_of_a_file_answers_missing_file(api, doctor, url):
    response = post(api(doctor), url, file="hello")
    assert response.status_code == 400
    assert error_codes(response) == [("missing_file", "file")]


def test_two_files_and_an_overlong_key_answer_400(api, doctor, url):
    """Otherwise a file is silently dropped, or two truncated keys are taken for one."""
    for body, key in (({"file": [upload(), upload(seed=2)]}, "k"), ({"file": upload()}, "k" * 256)):
        response = api(doctor).post(url, body, "multipart", headers={"Idempotency-Key": key})
        assert (response.status_code, response.json()["type"]) == (400, "client_error")
    assert blobs() == set()


def test_refusal_is_in_the_users_language(api, doctor, url):
    details = {
        api(doctor)
        .post(url, {"file": upload(data=b"x")}, "multipart", headers={"Accept-Language": language})
        .json()["errors"][0]["detail"]
        for language in ("fr", "en")
    }
    assert details == {
        "Not a JPEG, PNG, WebP or HEIC picture.",
        "Ce n’est pas une image JPEG, PNG, WebP ou HEIC.",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_type", "selfie"),
        ("body_site", "1"),
        ("laterality", "up"),
        ("dermoscopic_type", "contact_polarized"),
        ("description", "x" * 2001),
        ("is_primary", "perhaps"),
    ],
)
def test_bad_metadata_names_its_field_and_stores_nothing(api, doctor, url, field, value):
    response = post(api(doctor), url, upload(), **{field: value})
    assert response.status_code == 400
    assert [attr for _, attr in error_codes(response)] == [field]
    assert blobs() == set()


def test_repeated_idempotency_key_returns_the_first_image(api, doctor, url):
    key = str(uuid.uuid4())
    first = post(api(doctor), url, upload(), key=key)
    repeat = post(api(doctor), url, upload(), key=key)
    assert (first.status_code, repeat.status_code) == (201, 201)
    assert first.json()["id"] == repeat.json()["id"]
    assert ConsultationImage.objects.count() == 1
    other = post(api(doctor), url, upload(seed=2), key=key)
    assert (other.status_code, error_codes(other)) == (409, [("idempotency_key_reused", None)])


def test_upload_answers_404_when_the_consultation_is_deleted_meanwhile(
    api, doctor, url, consultation, monkeypatch
):
    decode = Decoders.decode

    def delete_and_decode(pool, file):
        consultation.__class__.objects.all().delete()
        return decode(pool, file)

    monkeypatch.setattr(Decoders, "decode", delete_and_decode)
    assert post(api(doctor), url, upload()).status_code == 404
    assert blobs() == set()


def test_upload_answers_503_when_storage_is_down(api, doctor, url, files):
    client = api(doctor)
    client.raise_request_exception = False
    with files.broken("thumbnails"):
        response = post(client, url, upload())
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert error_codes(response) == [("storage_unavailable", None)]
    assert blobs() == set()


def test_upload_answers_503_when_decoders_are_busy(api, doctor, url, monkeypatch):
    """The file is not at fault, so the page retries by itself."""

    def raise_busy(pool, file):
        raise DecoderUnavailable("all are busy")

    monkeypatch.setattr(Decoders, "decode", raise_busy)
    client = api(doctor)
    client.raise_request_exception = False
    response = post(client, url, upload())
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert error_codes(response) == [("busy", None)]
    assert blobs() == set()


def test_damaged_file_is_stored_and_marked(api, doctor, url):
    """A clinician must be told that parts of the picture may be wrong."""
    data = photograph(size=(640, 480))
    middle = len(data) // 2
    response = post(
        api(doctor), url, upload(data=data[:middle] + bytes(400) + data[middle + 400 :])
    )
    image = response.json()
    assert (response.status_code, image["damaged"]) == (201, True)
    assert (image["quality"]["verdict"], image["quality"]["reasons"][0]) == ("poor", "damaged")
    assert ConsultationImage.objects.get().damaged


def test_uploads_are_rate_limited(api, doctor, url, monkeypatch):
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"uploads": "2/min"})
    client = api(doctor)
    assert [post(client, url).status_code for _ in range(3)] == [400, 400, 429]
    assert int(post(client, url)["Retry-After"]) > 0
    assert client.get(url).status_code == 200, "reading is not limited"


def test_list_is_primary_first_and_paged(api, doctor, patient, url, consultation):
    client = api(doctor)
    ids = [post(client, url, upload(), is_primary=n == 1).json()["id"] for n in range(3)]
    first_page = client.get(url, {"page_size": 2}).json()
    assert [i["id"] for i in first_page["images"]] == [ids[1], ids[2]], "primary first, then newest"
    assert (first_page["total"], first_page["page"], first_page["page_size"]) == (3, 1, 2)
    assert first_page["previous"] is None
    second_page = client.get(first_page["next"]).json()
    assert [i["id"] for i in second_page["images"]] == [ids[0]]
    assert second_page["next"] is None
    assert client.get(url, {"page": 2}).status_code == 404
    assert client.get(url, {"page_size": 1000}).json()["page_size"] == 100
    assert api(patient).get(url).json()["total"] == 3


def test_list_query_count_does_not_grow(api, doctor, url, count_queries):
    client, counts = api(doctor), []
    for _length in (3, 6):
        for _ in range(3):
            post(client, url, upload())
        counts.append(count_queries(lambda: client.get(url)))
    assert counts[0] == counts[1]


def test_patch_changes_only_editable_fields(api, doctor, image):
    url = f"/api/v1/consultations/images/{image.pk}"
    response = api(doctor).patch(
        url,
        {"description": "changed", "sha256": "0" * 64, "width": 1, "id": 99, "is_primary": True},
    )
    assert response.status_code == 200
    body = response.json()
    assert (body["description"], body["is_primary"]) == ("changed", True)
    assert (body["sha256"], body["width"], body["id"]) == (image.sha256, 320, image.pk)
    assert error_codes(api(doctor).patch(url, {"image_type": "selfie"})) == [
        ("invalid_choice", "image_type")
    ]


def test_patch_dermoscopic_type_needs_dermoscopy(api, doctor, image):
    url = f"/api/v1/consultations/images/{image.pk}"
    refused = api(doctor).patch(url, {"dermoscopic_type": "contact_polarized"})
    assert error_codes(refused) == [("only_with_dermoscopy", "dermoscopic_type")]
    accepted = api(doctor).patch(
        url, {"image_type": "dermoscopy", "dermoscopic_type": "contact_polarized"}
    )
    assert accepted.status_code == 200
    reverted = api(doctor).patch(url, {"image_type": "macro"})
    assert reverted.json()["dermoscopic_type"] == ""


def test_patch_of_an_image_deleted_meanwhile_answers_404(api, doctor, image, monkeypatch):
    from consultations import services

    def raise_gone(*args, **changes):
        raise ConsultationImage.DoesNotExist

    monkeypatch.setattr(services, "update_image", raise_gone)
    url = f"/api/v1/consultations/images/{image.pk}"
    assert api(doctor).patch(url, {"description": "x"}).status_code == 404


def test_update_image_of_a_deleted_row_raises(image):
    from consultations import services

    ConsultationImage.objects.filter(pk=image.pk).delete()
    with pytest.raises(ConsultationImage.DoesNotExist):
        services.update_image(image, description="x")


def test_deleted_image_is_not_found(api, doctor, patient, image):
    url = f"/api/v1/consultations/images/{image.pk}"
    assert api(doctor).delete(url).status_code == 204
    for client in (api(doctor), api(patient)):
        assert client.get(url).status_code == 404
    assert api(doctor).delete(url).status_code == 404
    assert api(doctor).patch(url, {"description": "x"}).status_code == 404


def test_patient_can_read_but_not_change_images(api, patient, image, url):
    image_url = f"/api/v1/consultations/images/{image.pk}"
    client = api(patient)
    assert client.get(image_url).status_code == 200
    assert client.get(image_url).json()["original_url"]
    for response in (
        client.patch(image_url, {"description": "x"}),
        client.delete(image_url),
        post(client, url, upload()),
    ):
        assert response.status_code == 403
        assert response.json()["type"] == "client_error"
    assert ConsultationImage.objects.get().description == ""
