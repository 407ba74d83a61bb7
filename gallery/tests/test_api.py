"""The gallery through the API: users reach their own images only."""

import io
import zipfile

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from audit.models import Event, PendingEvent
from gallery.models import StorageQuota, UserImage
from gallery.services.images import edit_images, submit_image
from gallery.services.processing import queue
from gallery.services.trash import delete_images
from testing.cast import blobs, upload

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def send(client, **fields):
    return client.post(f"{ROOT}/remove-background", {"file": upload()} | fields, format="multipart")


@pytest.fixture
def uploaded(api, doctor):
    """The answer to an upload by the doctor."""
    return send(api(doctor), title="Nævus dos", tags="Suivi, dos").json()


def test_upload_answers_202_and_becomes_ready(api, doctor):
    client = api(doctor)
    answer = send(client, title="Nævus dos", tags=["suivi", "dos"], engine="lesion")
    assert answer.status_code == 202
    image = answer.json()
    assert answer["Location"].endswith(f"{ROOT}/images/{image['id']}")
    assert (image["status"], image["processed_url"], image["quality"]) == ("queued", None, None)
    assert image["tags"] == ["dos", "suivi"]
    queue.work()
    image = client.get(answer["Location"]).json()
    assert (image["status"], image["engine"], image["error"]) == ("ready", "lesion", None)
    assert image["dimensions"] == {"width": 320, "height": 240}
    for name in ("original_url", "display_url", "processed_url", "thumbnail_url"):
        download = client.get(image[name])
        assert download.status_code == 200, name
        b"".join(download.streaming_content)


@pytest.mark.parametrize(
    ("fields", "status", "attr", "code"),
    [
        ({"file": ""}, 400, "file", "missing_file"),
        ({"file": upload(data=b"GIF89a")}, 400, "file", "unsupported_type"),
        ({"engine": "magic"}, 400, "engine", "invalid_choice"),
        ({"title": "x" * 201}, 400, "title", "max_length"),
        ({"tags": [f"t{n}" for n in range(11)]}, 400, "tags", "max_length"),
    ],
)
def test_refused_upload_answers_its_code_and_stores_nothing(
    api, doctor, fields, status, attr, code
):
    answer = send(api(doctor), **fields)
    assert answer.status_code == status
    error = answer.json()["errors"][0]
    assert (error["attr"], error["code"]) == (attr, code)
    assert not UserImage.objects.exists()
    assert not blobs()


def test_upload_over_the_quota_answers_403(api, doctor):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    answer = send(api(doctor))
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "quota_exceeded"


def test_repeated_idempotency_key_stores_one_image(api, doctor, other_doctor):
    client = api(doctor)
    client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    first, repeat = send(client).json(), send(client)
    assert (repeat.status_code, repeat.json()["id"]) == (202, first["id"])
    assert StorageQuota.objects.of(doctor.pk).image_count == 1
    reused = client.post(f"{ROOT}/remove-background", {"file": upload(seed=2)}, format="multipart")
    assert (reused.status_code, reused.json()["errors"][0]["code"]) == (
        409,
        "idempotency_key_reused",
    )
    other_client = api(other_doctor)
    other_client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    assert send(other_client).json()["id"] != first["id"], "keys are per user"


def test_repeated_key_of_a_deleted_image_answers_404(api, doctor):
    """Otherwise a client's retry would bring back what its user has just deleted."""
    client = api(doctor)
    client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    first = send(client).json()
    client.delete(f"{ROOT}/images/{first['id']}")
    assert send(client).status_code == 404


def test_list_has_the_documented_shape(api, doctor, uploaded):
    body = api(doctor).get(f"{ROOT}/gallery").json()
    assert list(body) == ["images", "total", "page", "page_size", "next", "previous"]
    assert (body["total"], body["images"][0]["id"]) == (1, uploaded["id"])
    expected_fields = (
        "id title original_url display_url processed_url thumbnail_url original_name file_size "
        "file_type dimensions processing_time quality status error tags is_public is_favorite "
        "sha256 created_at updated_at"
    )
    assert set(expected_fields.split()) <= set(body["images"][0])


@pytest.mark.parametrize(
    ("query", "expected_total"),
    [
        ("q=naevus", 1),
        ("q=nævus", 1),
        ("q=SUIVI+dos", 1),
        ("q=suivi+main", 0),
        ("tag=suivi", 1),
        ("tag=SUIVI", 1),
        ("tag=main", 0),
        ("favorite=true", 0),
        ("favorite=false", 1),
        ("status=queued", 1),
        ("status=ready", 0),
        ("date_from=2020-01-01", 1),
        ("date_to=2020-01-01", 0),
        ("ordering=created_at", 1),
    ],
)
def test_list_filters(api, doctor, uploaded, query, expected_total):
    assert api(doctor).get(f"{ROOT}/gallery?{query}").json()["total"] == expected_total


def test_date_filters_use_the_practices_time_zone(api, doctor, uploaded):
    """Half past midnight in Paris belongs to that date, not to the date in UTC."""
    after_midnight = timezone.make_aware(timezone.datetime(2026, 11, 14, 0, 30))
    UserImage.objects.update(created_at=after_midnight)
    for query, expected_total in (
        ("date_from=2026-11-14&date_to=2026-11-14", 1),
        ("date_to=2026-11-13", 0),
        ("date_from=2026-11-15", 0),
    ):
        assert api(doctor).get(f"{ROOT}/gallery?{query}").json()["total"] == expected_total


@pytest.mark.parametrize("query", ["status=lost", "date_from=yesterday", "ordering=title"])
def test_invalid_filter_answers_400(api, doctor, query):
    answer = api(doctor).get(f"{ROOT}/gallery?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == query.split("=")[0]


def test_patch_keeps_and_put_resets_other_fields(api, doctor, uploaded):
    client, url = api(doctor), f"{ROOT}/images/{uploaded['id']}"
    image = client.patch(url, {"is_favorite": True, "sha256": "0" * 64}).json()
    assert (image["is_favorite"], image["title"], image["tags"]) == (
        True,
        "Nævus dos",
        ["dos", "Suivi"],
    )
    assert image["sha256"] == uploaded["sha256"], "read-only fields are ignored"
    assert client.patch(url, {"tags": ["Main"]}).json()["tags"] == ["Main"]
    assert client.get(f"{ROOT}/gallery?q=main").json()["total"] == 1
    assert client.get(f"{ROOT}/gallery?q=suivi").json()["total"] == 0
    image = client.put(url, {"title": "Autre"}).json()
    assert (image["title"], image["is_favorite"], image["tags"]) == ("Autre", False, [])


def test_bulk_actions_skip_other_users_images(api, doctor, other_doctor, uploaded):
    """Another user's image among the ids is skipped and unchanged."""
    other_image = send(api(other_doctor)).json()
    client, ids = api(doctor), [uploaded["id"], other_image["id"]]
    edited = client.patch(
        f"{ROOT}/gallery",
        {"ids": ids, "is_favorite": True, "add_tags": ["x"], "remove_tags": ["dos"]},
    )
    assert edited.json() == {"changed": 1}
    own_image = client.get(f"{ROOT}/images/{uploaded['id']}").json()
    assert (own_image["is_favorite"], own_image["tags"]) == (True, ["Suivi", "x"])
    assert client.delete(f"{ROOT}/gallery", {"ids": ids}).json() == {"deleted": 1}
    assert UserImage.objects.visible_to(other_doctor).get().is_favorite is False
    assert client.get(f"{ROOT}/images/{uploaded['id']}").status_code == 404
    assert client.post(f"{ROOT}/gallery/restore", {"ids": ids}).json() == {"restored": 1}
    assert client.get(f"{ROOT}/images/{uploaded['id']}").json()["tags"] == ["Suivi", "x"]


def test_bulk_edit_with_too_many_tags_changes_nothing(api, doctor, uploaded):
    client = api(doctor)
    body = {"ids": [uploaded["id"]], "add_tags": [f"t{n}" for n in range(9)], "is_favorite": True}
    answer = client.patch(f"{ROOT}/gallery", body)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "tags")
    image = client.get(f"{ROOT}/images/{uploaded['id']}").json()
    assert (image["tags"], image["is_favorite"]) == (["dos", "Suivi"], False)


def test_tag_suggestions_are_the_users_own(api, doctor, other_doctor, uploaded):
    send(api(other_doctor), tags="suture")
    url = f"{ROOT}/gallery/tags"
    assert api(doctor).get(url).json() == {"tags": ["dos", "Suivi"]}
    assert api(doctor).get(f"{url}?q=su").json() == {"tags": ["Suivi"]}
    assert api(other_doctor).get(f"{url}?q=su").json() == {"tags": ["suture"]}


def test_tag_suggestions_ignore_nul(api, doctor):
    """PostgreSQL refuses NUL, which caused a 500."""
    answer = api(doctor).get(f"{ROOT}/gallery/tags", {"q": "a\0"})
    assert (answer.status_code, answer.json()) == (200, {"tags": []})


@pytest.mark.usefixtures("backend")
def test_zip_contains_cutouts_originals_and_a_manifest(api, doctor, other_doctor, uploaded):
    queue.work()
    other_image = send(api(other_doctor)).json()
    client = api(doctor)
    answer = client.post(f"{ROOT}/gallery/download", {"ids": [uploaded["id"], other_image["id"]]})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    names = sorted(archive.namelist())
    assert names == ["001_IMG_4821.jpg", "001_cut-out_Nævus dos.png", "manifest.csv"]
    assert client.post(f"{ROOT}/gallery/download", {"ids": [other_image["id"]]}).status_code == 404


def test_quota_reports_usage_and_limits(api, doctor, uploaded):
    quota = api(doctor).get(f"{ROOT}/gallery/quota").json()
    assert quota["storage_used"] > uploaded["file_size"]
    assert (quota["image_count"], quota["image_limit"], quota["storage_limit"]) == (1, 100, 2**30)


def test_retry_with_another_engine_keeps_the_old_result_until_ready(api, doctor, uploaded):
    client, url = api(doctor), f"{ROOT}/images/{uploaded['id']}"
    queue.work()
    first = client.get(url).json()
    answer = client.post(f"{url}/retry", {"engine": "lesion"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.json()["processed_url"] == first["processed_url"]
    repeat = client.post(f"{url}/retry", {"engine": "general"})
    assert repeat.status_code == 202, "an image that is already queued stays queued"
    queue.work()
    second = client.get(url).json()
    assert (second["status"], second["engine"]) == ("ready", "lesion")
    assert second["processed_url"] != first["processed_url"], (
        "the URL changes, so that browsers do not show the old result"
    )


def test_is_public_cannot_be_set(api, doctor, uploaded):
    assert uploaded["is_public"] is False
    image = api(doctor).patch(f"{ROOT}/images/{uploaded['id']}", {"is_public": True}).json()
    assert image["is_public"] is False, "only an open link makes an image public"


def test_list_query_count_does_not_grow(api, doctor, count_queries):
    client = api(doctor)
    for _image in range(2):
        send(client)
    first = count_queries(lambda: client.get(f"{ROOT}/gallery"))
    for _image in range(3):
        send(client, tags="a,b")
    assert count_queries(lambda: client.get(f"{ROOT}/gallery")) == first


@pytest.mark.parametrize("ids", [None, [], ["x"], "x", [None]])
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_invalid_ids_are_reported_for_the_ids_field(api, doctor, method, ids):
    """The schema documents errors of the list, not of its entries."""
    body = {} if ids is None else {"ids": ids}
    answer = getattr(api(doctor), method)(f"{ROOT}/gallery", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "ids"


def test_unknown_api_path_answers_404_for_every_method(page, doctor):
    """API clients must not get the HTML page about CSRF failures."""
    session = page(doctor)
    session.handler.enforce_csrf_checks = True
    for method in ("get", "post", "delete", "patch"):
        answer = getattr(session, method)(f"{ROOT}/images/nothing")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


def test_zip_file_names_are_unique(api, doctor):
    """Otherwise the second file overwrites the first when the ZIP is unpacked."""
    image = submit_image(user=doctor, upload=upload("cut-out_foo.png", format="PNG"))[0]
    edit_images(UserImage.objects.filter(pk=image.pk), title="foo")
    queue.work()
    answer = api(doctor).post("/api/v1/gallery/download", {"ids": [str(image.pk)]}, format="json")
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert len(names) == len(set(names)) == 3


@pytest.mark.parametrize("endpoint", ["retry", "remove-background", "from-consultation"])
def test_image_deleted_meanwhile_answers_404(api, doctor, user_image, image, monkeypatch, endpoint):
    """Another tab deletes the image while the request is running."""
    url, service, data = {
        "retry": (
            f"/api/v1/images/{user_image.pk}/retry",
            "gallery.api.images.retry_image",
            {},
        ),
        "remove-background": (
            "/api/v1/remove-background",
            "gallery.api.images.submit_image",
            {"file": upload()},
        ),
        "from-consultation": (
            f"/api/v1/consultations/images/{image.pk}/remove-background",
            "gallery.services.transfer.submit_image",
            {},
        ),
    }[endpoint]
    real_service = import_string(service)

    def run_then_delete(*arguments, **options):
        answer = real_service(*arguments, **options)
        delete_images(UserImage.objects.filter(user=doctor))
        return answer

    monkeypatch.setattr(service, run_then_delete)
    response = api(doctor).post(url, data, format="multipart" if data else "json")
    assert response.status_code == 404


@pytest.mark.parametrize("names", [[], ["title"], ["is_favorite"], ["tags"]])
def test_patch_without_changes_records_nothing(api, doctor, user_image, names):
    """Spurious change events would hide the real ones in the audit log."""
    updated_before, url = UserImage.objects.get().updated_at, f"/api/v1/images/{user_image.pk}"
    image = api(doctor).get(url).json()
    response = api(doctor).patch(url, {name: image[name] for name in names}, format="json")
    assert response.status_code == 200
    assert UserImage.objects.get().updated_at == updated_before
    assert not PendingEvent.objects.filter(action="changed").exists()
    assert not Event.objects.filter(action="changed").exists()
