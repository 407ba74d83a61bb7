"""Links through the API: told once, listed, revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.api.shares import ShareRate
from gallery.models import Share, UserImage
from gallery.services import shares
from gallery.services.trash import delete_images
from tests.test_api_schema import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(mine):
    return f"/api/v1/images/{mine.pk}/shares"


def test_the_url_is_told_once_and_opens(api, doctor, url, client):
    made = api(doctor).post(url, {"lifetime": "1h"})
    assert made.status_code == 201
    body = made.json()
    assert {"url", "expires_at"} <= body.keys()
    assert client.get(body["url"]).status_code == 200
    listed = api(doctor).get(url)
    assert listed.status_code == 200
    assert listed.json()["total"] == 1
    (share,) = listed.json()["shares"]
    assert share["id"] == body["id"]
    assert (share["views"], share["state"], share["has_password"]) == (1, "alive", False)
    assert share["last_used_at"]
    assert body["url"].split("/")[-2] not in listed.content.decode(), "never again"


def test_what_is_asked_is_what_is_made(api, doctor, url):
    body = {"lifetime": "7d", "password": "  spaces  ", "view_limit": 3}
    made = api(doctor).post(url, body).json()
    assert (made["has_password"], made["view_limit"], made["views"]) == (True, 3, 0)
    assert "password" not in made
    token = made["url"].split("/")[-2]
    assert shares.open_share(token, "  spaces  "), "a password is taken as it is typed"
    left = Share.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


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
def test_bad_wishes_are_told(api, doctor, url, body, attr, code):
    """An expiry that is forgotten must not become a link for ever."""
    response = api(doctor).post(url, body)
    assert response.status_code == 400
    assert (response.json()["errors"][0]["attr"], response.json()["errors"][0]["code"]) == (
        attr,
        code,
    )
    assert not Share.objects.exists()


def test_an_image_that_is_not_ready_is_409(api, doctor, submit):
    waiting = submit(doctor, ready=False)
    response = api(doctor).post(f"/api/v1/images/{waiting.pk}/shares", {"lifetime": "1h"})
    assert response.status_code == 409
    assert response.json()["errors"][0]["code"] == "not_ready"


def test_another_s_image_has_no_links(api, other_doctor, staff, url, link):
    """Nobody learns that an image exists, or makes a link to what is not theirs."""
    share, _path = link()
    for user in (other_doctor, staff):
        assert api(user).get(url).status_code == 404
        assert api(user).post(url, {"lifetime": "1h"}).status_code == 404
        assert api(user).delete(f"/api/v1/shares/{share.pk}").status_code == 404
        assert api(user).get("/api/v1/shares").json()["total"] == 0
        assert api(user).delete("/api/v1/shares").json() == {"revoked": 0}
    assert Share.objects.alive().count() == 1


def test_a_revoked_link_is_gone_and_revoking_again_is_fine(api, doctor, link, client):
    share, path = link()
    for _ in range(2):
        assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 204
    assert client.get(path).status_code == 404
    first = Share.objects.get().revoked_at
    assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 204
    assert Share.objects.get().revoked_at == first, "the record says when it died"


def test_revoking_all_at_once(api, doctor, link, client):
    paths = [link()[1] for _ in range(3)]
    assert api(doctor).delete("/api/v1/shares").json() == {"revoked": 3}
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_all_my_links_open_ones_first(api, doctor, submit, link):
    other = submit(doctor, seed=2)
    dead, _path = link()
    shares.revoke(Share.objects.filter(pk=dead.pk))
    alive, _path = link(other)
    Share.objects.filter(pk=alive.pk).update(created_at=timezone.now() - timedelta(hours=3))
    spent, path = link(view_limit=1)
    shares.open_share(path.split("/")[2])
    body = api(doctor).get("/api/v1/shares").json()
    assert body["total"] == 3
    assert [(s["id"], s["state"]) for s in body["shares"]] == [
        (str(alive.pk), "alive"),
        (str(spent.pk), "spent"),
        (str(dead.pk), "revoked"),
    ]
    assert api(doctor).get("/api/v1/shares?page=9").status_code == 404
    assert len(api(doctor).get("/api/v1/shares?page_size=2").json()["shares"]) == 2


def test_the_dead_are_forgotten_after_a_month(api, doctor, link):
    share, _path = link()
    long_ago = timezone.now() - timedelta(days=31)
    for field in ("expires_at", "revoked_at"):
        Share.objects.filter(pk=share.pk).update(
            created_at=long_ago - timedelta(days=1), **{field: long_ago}
        )
        assert api(doctor).get("/api/v1/shares").json()["total"] == 0


def test_the_links_of_a_deleted_image_are_not_listed(api, doctor, link, mine):
    share, _path = link()
    delete_images(UserImage.objects.filter(pk=mine.pk))
    assert api(doctor).get("/api/v1/shares").json()["total"] == 0
    assert api(doctor).delete(f"/api/v1/shares/{share.pk}").status_code == 404


def test_too_many_links_in_an_hour(api, doctor, url, monkeypatch, page):
    """Somebody else's session must not become a machine for links; the page counts with the API."""
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
        assert int(response["Retry-After"]) >= 1800, "then half of them are an hour old"
    assert client.get(url).status_code == 200, "looking is not making"
    assert Share.objects.count() == 2


def test_a_page_of_links_asks_the_database_the_same_for_more(api, doctor, link, count_queries):
    link()
    client = api(doctor)
    first = count_queries(lambda: client.get("/api/v1/shares"))
    for _ in range(5):
        link()
    assert count_queries(lambda: client.get("/api/v1/shares")) == first


def test_answers_are_as_the_schema_says(api, doctor, patient, mine, link, image, consultation):
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    share, _path = link(view_limit=2, password="a secret word")
    client, key = api(doctor), f"/api/v1/images/{mine.pk}"
    of_image, one = "/api/v1/images/{id}/shares", "/api/v1/shares/{id}"
    copy = "/api/v1/consultations/images/{id}/remove-background"
    attach = "/api/v1/images/{id}/attach"
    there = f"/api/v1/consultations/images/{image.pk}/remove-background"
    nothing = "/api/v1/images/00000000-0000-4000-8000-000000000000"
    for response, path, method in (
        (client.get(f"{key}/shares"), of_image, "get"),
        (client.get(f"{nothing}/shares"), of_image, "get"),
        (api().get(f"{key}/shares"), of_image, "get"),
        (client.post(f"{key}/shares", {"lifetime": "1d"}), of_image, "post"),
        (client.post(f"{key}/shares", {"lifetime": "x", "view_limit": 0}), of_image, "post"),
        (client.get("/api/v1/shares"), "/api/v1/shares", "get"),
        (client.delete(f"/api/v1/shares/{share.pk}"), one, "delete"),
        (client.delete("/api/v1/shares"), "/api/v1/shares", "delete"),
        (client.post(there), copy, "post"),
        (api(patient).post(there), copy, "post"),
        (client.post(f"{key}/attach", {"consultation": consultation.pk}), attach, "post"),
        (client.post(f"{key}/attach", {"consultation": 0}), attach, "post"),
        (api(patient).post(f"{key}/attach", {}), attach, "post"),
    ):
        check(schema, response, path, method)
