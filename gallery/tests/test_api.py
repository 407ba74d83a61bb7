"""The gallery through the API: one's own images, and nobody else's."""

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
def sent(api, doctor):
    """What the doctor's upload answered."""
    return send(api(doctor), title="Nævus dos", tags="Suivi, dos").json()


def test_an_upload_is_accepted_and_then_ready(api, doctor):
    client = api(doctor)
    answer = send(client, title="Nævus dos", tags=["suivi", "dos"], engine="lesion")
    assert answer.status_code == 202
    told = answer.json()
    assert answer["Location"].endswith(f"{ROOT}/images/{told['id']}")
    assert (told["status"], told["processed_url"], told["quality"]) == ("queued", None, None)
    assert told["tags"] == ["dos", "suivi"]
    queue.work()
    told = client.get(answer["Location"]).json()
    assert (told["status"], told["engine"], told["error"]) == ("ready", "lesion", None)
    assert told["dimensions"] == {"width": 320, "height": 240}
    for name in ("original_url", "display_url", "processed_url", "thumbnail_url"):
        fetched = client.get(told[name])
        assert fetched.status_code == 200, name
        b"".join(fetched.streaming_content)


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
def test_a_bad_upload_says_why_and_leaves_nothing(api, doctor, fields, status, attr, code):
    answer = send(api(doctor), **fields)
    assert answer.status_code == status
    error = answer.json()["errors"][0]
    assert (error["attr"], error["code"]) == (attr, code)
    assert not UserImage.objects.exists()
    assert not blobs()


def test_a_full_gallery_refuses(api, doctor):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    answer = send(api(doctor))
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "quota_exceeded"


def test_a_repeated_upload_is_stored_once(api, doctor, other_doctor):
    client = api(doctor)
    client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    first, again = send(client).json(), send(client)
    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    assert StorageQuota.objects.of(doctor.pk).image_count == 1
    other = client.post(f"{ROOT}/remove-background", {"file": upload(seed=2)}, format="multipart")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "idempotency_key_reused")
    theirs = api(other_doctor)
    theirs.credentials(HTTP_IDEMPOTENCY_KEY="once")
    assert send(theirs).json()["id"] != first["id"], "another's key is another key"


def test_a_key_of_a_deleted_image_brings_nothing_back(api, doctor):
    """Else a retry of a client would show what its user has just put away."""
    client = api(doctor)
    client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    first = send(client).json()
    client.delete(f"{ROOT}/images/{first['id']}")
    assert send(client).status_code == 404


def test_the_list_has_the_contract_s_shape(api, doctor, sent):
    told = api(doctor).get(f"{ROOT}/gallery").json()
    assert list(told) == ["images", "total", "page", "page_size", "next", "previous"]
    assert (told["total"], told["images"][0]["id"]) == (1, sent["id"])
    wanted = (
        "id title original_url display_url processed_url thumbnail_url original_name file_size "
        "file_type dimensions processing_time quality status error tags is_public is_favorite "
        "sha256 created_at updated_at"
    )
    assert set(wanted.split()) <= set(told["images"][0])


@pytest.mark.parametrize(
    ("query", "found"),
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
def test_filters(api, doctor, sent, query, found):
    assert api(doctor).get(f"{ROOT}/gallery?{query}").json()["total"] == found


def test_a_day_is_a_day_of_the_practice(api, doctor, sent):
    """An image of half past midnight in Paris belongs to that day, not to the day in UTC."""
    half_past = timezone.make_aware(timezone.datetime(2026, 11, 14, 0, 30))
    UserImage.objects.update(created_at=half_past)
    for query, found in (
        ("date_from=2026-11-14&date_to=2026-11-14", 1),
        ("date_to=2026-11-13", 0),
        ("date_from=2026-11-15", 0),
    ):
        assert api(doctor).get(f"{ROOT}/gallery?{query}").json()["total"] == found


@pytest.mark.parametrize("query", ["status=lost", "date_from=yesterday", "ordering=title"])
def test_a_bad_filter_is_told(api, doctor, query):
    answer = api(doctor).get(f"{ROOT}/gallery?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == query.split("=")[0]


def test_patch_changes_what_it_names_and_put_the_rest(api, doctor, sent):
    client, url = api(doctor), f"{ROOT}/images/{sent['id']}"
    told = client.patch(url, {"is_favorite": True, "sha256": "0" * 64}).json()
    assert (told["is_favorite"], told["title"], told["tags"]) == (
        True,
        "Nævus dos",
        ["dos", "Suivi"],
    )
    assert told["sha256"] == sent["sha256"], "what is read only is passed over"
    assert client.patch(url, {"tags": ["Main"]}).json()["tags"] == ["Main"]
    assert client.get(f"{ROOT}/gallery?q=main").json()["total"] == 1
    assert client.get(f"{ROOT}/gallery?q=suivi").json()["total"] == 0
    told = client.put(url, {"title": "Autre"}).json()
    assert (told["title"], told["is_favorite"], told["tags"]) == ("Autre", False, [])


def test_many_at_once(api, doctor, other_doctor, sent):
    """Another's image among the chosen is passed over, and stays as it is."""
    theirs = send(api(other_doctor)).json()
    client, ids = api(doctor), [sent["id"], theirs["id"]]
    edited = client.patch(
        f"{ROOT}/gallery",
        {"ids": ids, "is_favorite": True, "add_tags": ["x"], "remove_tags": ["dos"]},
    )
    assert edited.json() == {"changed": 1}
    mine = client.get(f"{ROOT}/images/{sent['id']}").json()
    assert (mine["is_favorite"], mine["tags"]) == (True, ["Suivi", "x"])
    assert client.delete(f"{ROOT}/gallery", {"ids": ids}).json() == {"deleted": 1}
    assert UserImage.objects.visible_to(other_doctor).get().is_favorite is False
    assert client.get(f"{ROOT}/images/{sent['id']}").status_code == 404
    assert client.post(f"{ROOT}/gallery/restore", {"ids": ids}).json() == {"restored": 1}
    assert client.get(f"{ROOT}/images/{sent['id']}").json()["tags"] == ["Suivi", "x"]


def test_too_many_tags_change_nothing(api, doctor, sent):
    client = api(doctor)
    body = {"ids": [sent["id"]], "add_tags": [f"t{n}" for n in range(9)], "is_favorite": True}
    answer = client.patch(f"{ROOT}/gallery", body)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "tags")
    told = client.get(f"{ROOT}/images/{sent['id']}").json()
    assert (told["tags"], told["is_favorite"]) == (["dos", "Suivi"], False)


def test_suggestions_are_one_s_own(api, doctor, other_doctor, sent):
    send(api(other_doctor), tags="suture")
    url = f"{ROOT}/gallery/tags"
    assert api(doctor).get(url).json() == {"tags": ["dos", "Suivi"]}
    assert api(doctor).get(f"{url}?q=su").json() == {"tags": ["Suivi"]}
    assert api(other_doctor).get(f"{url}?q=su").json() == {"tags": ["suture"]}


def test_nul_begins_no_tag(api, doctor):
    """PostgreSQL does not look for it: the answer was an error of ours."""
    answer = api(doctor).get(f"{ROOT}/gallery/tags", {"q": "a\0"})
    assert (answer.status_code, answer.json()) == (200, {"tags": []})


@pytest.mark.usefixtures("backend")
def test_the_zip_has_cut_outs_originals_and_a_manifest(api, doctor, other_doctor, sent):
    queue.work()
    theirs = send(api(other_doctor)).json()
    client = api(doctor)
    answer = client.post(f"{ROOT}/gallery/download", {"ids": [sent["id"], theirs["id"]]})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    names = sorted(archive.namelist())
    assert names == ["001_IMG_4821.jpg", "001_cut-out_Nævus dos.png", "manifest.csv"]
    assert client.post(f"{ROOT}/gallery/download", {"ids": [theirs["id"]]}).status_code == 404


def test_the_quota_tells_what_is_used(api, doctor, sent):
    told = api(doctor).get(f"{ROOT}/gallery/quota").json()
    assert told["storage_used"] > sent["file_size"]
    assert (told["image_count"], told["image_limit"], told["storage_limit"]) == (1, 100, 2**30)


def test_retry_takes_another_engine_and_keeps_the_result_meanwhile(api, doctor, sent):
    client, url = api(doctor), f"{ROOT}/images/{sent['id']}"
    queue.work()
    first = client.get(url).json()
    answer = client.post(f"{url}/retry", {"engine": "lesion"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.json()["processed_url"] == first["processed_url"]
    again = client.post(f"{url}/retry", {"engine": "general"})
    assert again.status_code == 202, "one that waits stays where it is"
    queue.work()
    second = client.get(url).json()
    assert (second["status"], second["engine"]) == ("ready", "lesion")
    assert second["processed_url"] != first["processed_url"], "a browser shows no former result"


def test_what_is_shared_is_said(api, doctor, sent):
    assert sent["is_public"] is False
    told = api(doctor).patch(f"{ROOT}/images/{sent['id']}", {"is_public": True}).json()
    assert told["is_public"] is False, "only a link makes it so"


def test_the_list_asks_the_database_the_same_for_more_images(api, doctor, count_queries):
    client = api(doctor)
    for _image in range(2):
        send(client)
    first = count_queries(lambda: client.get(f"{ROOT}/gallery"))
    for _image in range(3):
        send(client, tags="a,b")
    assert count_queries(lambda: client.get(f"{ROOT}/gallery")) == first


@pytest.mark.parametrize("ids", [None, [], ["x"], "x", [None]])
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_bad_keys_are_told_of_the_list(api, doctor, method, ids):
    """The schema names the list, not its third entry."""
    body = {} if ids is None else {"ids": ids}
    answer = getattr(api(doctor), method)(f"{ROOT}/gallery", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "ids"


def test_an_unknown_path_is_not_found_whatever_the_method(page, doctor):
    """A page about forged requests is no answer to a program."""
    session = page(doctor)
    session.handler.enforce_csrf_checks = True
    for method in ("get", "post", "delete", "patch"):
        answer = getattr(session, method)(f"{ROOT}/images/nothing")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


def test_no_two_files_of_a_zip_have_one_name(api, doctor):
    """Unpacked, the second would take the place of the first."""
    image = submit_image(user=doctor, upload=upload("cut-out_foo.png", format="PNG"))[0]
    edit_images(UserImage.objects.filter(pk=image.pk), title="foo")
    queue.work()
    answer = api(doctor).post("/api/v1/gallery/download", {"ids": [str(image.pk)]}, format="json")
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert len(names) == len(set(names)) == 3


@pytest.mark.parametrize("what", ["retry", "remove-background", "from-consultation"])
def test_an_image_that_is_deleted_meanwhile_is_gone(
    api, doctor, user_image, image, monkeypatch, what
):
    """Two tabs: one deletes it while the other's request is under way."""
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
    }[what]
    do = import_string(service)

    def do_and_lose(*arguments, **options):
        answer = do(*arguments, **options)
        delete_images(UserImage.objects.filter(user=doctor))
        return answer

    monkeypatch.setattr(service, do_and_lose)
    told = api(doctor).post(url, data, format="multipart" if data else "json")
    assert told.status_code == 404


@pytest.mark.parametrize("names", [[], ["title"], ["is_favorite"], ["tags"]])
def test_what_changes_nothing_is_no_change(api, doctor, user_image, names):
    """A log full of changes that were none hides the one that was."""
    before, url = UserImage.objects.get().updated_at, f"/api/v1/images/{user_image.pk}"
    read = api(doctor).get(url).json()
    told = api(doctor).patch(url, {name: read[name] for name in names}, format="json")
    assert told.status_code == 200
    assert UserImage.objects.get().updated_at == before
    assert not PendingEvent.objects.filter(action="changed").exists()
    assert not Event.objects.filter(action="changed").exists()
