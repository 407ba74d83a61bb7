"""Links through the API: created, listed and revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.api.shares import ShareRate
from gallery.models import Share, UserImage
from gallery.services import shares
from gallery.services.trash import delete_images
from tests.test_api_schema import assert_matches_schema

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(ready_image):
    return f"/api/v1/images/{ready_image.pk}/shares"


def test_created_link_opens_and_its_url_is_shown_once(api, doctor, url, client):
    created = api(doctor).post(url, {"lifetime": "1h"})
    assert created.status_code == 201
    body = created.json()
    assert {"url", "expires_at"} <= body.keys()
    assert client.get(body["url"]).status_code == 200
    listed = api(doctor).get(url)
    assert listed.status_code == 200
    assert listed.json()["total"] == 1
    (share,) = listed.json()["shares"]
    assert share["id"] == body["id"]
    assert (share["views"], share["state"], share["has_password"]) == (1, "alive", False)
    assert share["last_used_at"]
    assert body["url"].split("/")[-2] not in listed.content.decode(), "the URL is not shown again"


def test_link_has_the_requested_options(api, doctor, url):
    plain = api(doctor).post(url, {"lifetime": "7d"}).json()
    assert not plain["with_original"]
    Share.objects.all().delete()
    body = {"lifetime": "7d", "password": "  spaces  ", "view_limit": 3, "with_original": True}
    created = api(doctor).post(url, body).json()
    assert created["with_original"]
    assert (created["has_password"], created["view_limit"], created["views"]) == (True, 3, 0)
    assert "password" not in created
    token = created["url"].split("/")[-2]
    assert shares.open_share(token, "  spaces  "), "passwords are not stripped"
    remaining = Share.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < remaining <= timedelta(days=7)


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({}, "lifetime", "required"),
        ({"lifetime": "forever"}, "lifetime", "invalid_choice"),
        ({"lifetime": None}, "lifetime", "null"),
        ({"lifetime": "1h", "view_limit": 0}, "view_limit", "min_value"),
        ({"lifetime": "1h", "view_limit": 10_001}, "view_limit", "max_value"),
        ({"lifetime": "1h", "view_limit": "x"}, "view_limit", "invalid"),
        ({"lifetime": "1h", "password": "short"}, "password", "min_length"),
        ({"lifetime": "1h", "password": "x" * 129}, "password", "max_length"),
    ],
)
def test_invalid_options_answer_400(api, doctor, url, body, attr, code):
    """A missing lifetime must not create a link without expiry."""
    response = api(doctor).post(url, body)
    assert response.status_code == 400
    assert (response.json()["errors"][0]["attr"], response.json()["errors"][0]["code"]) == (
        attr,
        code,
    )
    assert not Share.objects.exists()


def test_link_to_an_unfinished_image_answers_409(api, doctor, submit):
    waiting = submit(doctor, ready=False)
    response = api(doctor).post(f"/api/v1/images/{waiting.pk}/shares", {"lifetime": "1h"})
    assert response.status_code == 409
    assert response.json()["errors"][0]["code"] == "not_ready"


def test_other_users_links_answer_404(api, other_doctor, staff, url, make_link):
    """Other users cannot learn that an image exists, or link to it."""
    share, _path = make_link()
    for user in (other_doctor, staff):
        assert api(user).get(url).status_code == 404
        assert api(user).post(url, {"lifetime": "1h"}).status_code == 404
        assert api(user).delete(f"/api/v1/shares/{share.pk}").status_code == 404
        assert api(user).get("/api/v1/shares").json()["total"] == 0
        assert api(user).delete("/api/v1/shares").json() == {"revoked": 0}
    assert Share.objects.alive().count() == 1


def test_revoking_is_idempotent(api, doctor, make_link, client):
    share, path = make_link()
    for _ in range(2):
        assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 204
    assert client.get(path).status_code == 404
    first_revoked_at = Share.objects.get().revoked_at
    assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 204
    assert Share.objects.get().revoked_at == first_revoked_at, (
        "the time of the first revocation is kept"
    )


def test_all_links_can_be_revoked_at_once(api, doctor, make_link, client):
    paths = [make_link()[1] for _ in range(3)]
    assert api(doctor).delete("/api/v1/shares").json() == {"revoked": 3}
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_list_has_open_links_first(api, doctor, submit, make_link):
    other = submit(doctor, seed=2)
    revoked, _path = make_link()
    shares.revoke(Share.objects.filter(pk=revoked.pk))
    alive, _path = make_link(other)
    Share.objects.filter(pk=alive.pk).update(created_at=timezone.now() - timedelta(hours=3))
    used_up, path = make_link(view_limit=1)
    shares.open_share(path.split("/")[2])
    body = api(doctor).get("/api/v1/shares").json()
    assert body["total"] == 3
    assert [(share["id"], share["state"]) for share in body["shares"]] == [
        (str(alive.pk), "alive"),
        (str(used_up.pk), "spent"),
        (str(revoked.pk), "revoked"),
    ]
    assert api(doctor).get("/api/v1/shares?page=9").status_code == 404
    assert len(api(doctor).get("/api/v1/shares?page_size=2").json()["shares"]) == 2


def test_ended_links_are_listed_for_a_month(api, doctor, make_link):
    share, _path = make_link()
    long_ago = timezone.now() - timedelta(days=31)
    for field in ("expires_at", "revoked_at"):
        Share.objects.filter(pk=share.pk).update(
            created_at=long_ago - timedelta(days=1), **{field: long_ago}
        )
        assert api(doctor).get("/api/v1/shares").json()["total"] == 0


def test_links_of_a_deleted_image_are_not_listed(api, doctor, make_link, ready_image):
    share, _path = make_link()
    delete_images(UserImage.objects.filter(pk=ready_image.pk))
    assert api(doctor).get("/api/v1/shares").json()["total"] == 0
    assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 404


def test_creating_links_is_rate_limited_across_pages_and_api(api, doctor, url, monkeypatch, page):
    """A hijacked session must not create links in bulk."""
    monkeypatch.setattr(ShareRate, "THROTTLE_RATES", {"shares": "2/hour"})
    client = api(doctor)
    assert client.post(url, {"lifetime": "1h"}).status_code == 201
    form = f"/gallery/images/{UserImage.objects.get().pk}/share/"
    assert page(doctor).post(form, {"lifetime": "1h"}).status_code == 200
    for response in (
        client.post(url, {"lifetime": "1h"}),
        page(doctor).post(form, {"lifetime": "1h"}),
    ):
        assert response.status_code == 429
        assert int(response["Retry-After"]) >= 1800, "by then half of them are an hour old"
    assert client.get(url).status_code == 200, "listing is not limited"
    assert Share.objects.count() == 2


def test_list_query_count_does_not_grow(api, doctor, make_link, count_queries):
    make_link()
    client = api(doctor)
    first = count_queries(lambda: client.get("/api/v1/shares"))
    for _ in range(5):
        make_link()
    assert count_queries(lambda: client.get("/api/v1/shares")) == first


def test_share_and_copy_answers_match_the_schema(
    api, doctor, patient, ready_image, make_link, image, consultation
):
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    share, _path = make_link(view_limit=2, password="a secret word")
    client, image_url = api(doctor), f"/api/v1/images/{ready_image.pk}"
    image_shares_path, share_path = "/api/v1/images/{id}/shares", "/api/v1/shares/{id}"
    copy_path = "/api/v1/consultations/images/{id}/remove-background"
    attach_path = "/api/v1/images/{id}/attach"
    copy_url = f"/api/v1/consultations/images/{image.pk}/remove-background"
    unknown_image_url = "/api/v1/images/00000000-0000-4000-8000-000000000000"
    for response, path, method in (
        (client.get(f"{image_url}/shares"), image_shares_path, "get"),
        (client.get(f"{unknown_image_url}/shares"), image_shares_path, "get"),
        (api().get(f"{image_url}/shares"), image_shares_path, "get"),
        (client.post(f"{image_url}/shares", {"lifetime": "1d"}), image_shares_path, "post"),
        (
            client.post(f"{image_url}/shares", {"lifetime": "x", "view_limit": 0}),
            image_shares_path,
            "post",
        ),
        (client.get("/api/v1/shares"), "/api/v1/shares", "get"),
        (client.delete(f"/api/v1/shares/{share.pk}"), share_path, "delete"),
        (client.delete("/api/v1/shares"), "/api/v1/shares", "delete"),
        (client.post(copy_url), copy_path, "post"),
        (api(patient).post(copy_url), copy_path, "post"),
        (
            client.post(f"{image_url}/attach", {"consultation": consultation.pk}),
            attach_path,
            "post",
        ),
        (client.post(f"{image_url}/attach", {"consultation": 0}), attach_path, "post"),
        (api(patient).post(f"{image_url}/attach", {}), attach_path, "post"),
    ):
        assert_matches_schema(schema, response, path, method)
