"""The owner's pages of links, without JavaScript: a link's URL is shown once, in the response."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from gallery.models import Share
from gallery.services import shares

pytestmark = [pytest.mark.django_db, pytest.mark.alike]


@pytest.fixture
def share_url(ready_image):
    return f"/gallery/images/{ready_image.pk}/share/"


def created_url(response):
    match = re.search(r'value="(http://testserver/s/[^"]+)"', response.content.decode())
    return match.group(1) if match else None


def test_created_url_is_shown_only_in_the_response(page, doctor, share_url, client):
    """A session or message would store it in the database, a redirect in the browser's history."""
    browser = page(doctor)
    response = browser.post(share_url, {"lifetime": "1d", "password": "", "view_limit": ""})
    url = created_url(response)
    token = url.split("/")[-2]
    assert "no-store" in response["Cache-Control"]
    assert token not in str(dict(browser.session))
    assert not [m for m in get_messages(response.wsgi_request) if token in str(m)]
    for path in (share_url, "/gallery/links/"):
        assert token not in browser.get(path).content.decode()
    assert client.get(url).status_code == 200


def test_invalid_form_shows_errors_and_creates_nothing(page, doctor, share_url):
    response = page(doctor).post(
        share_url, {"lifetime": "1d", "password": "abc", "view_limit": "-1"}
    )
    assert response.status_code == 400
    assert created_url(response) is None
    text = response.content.decode()
    assert text.count("is-wrong") == 2
    assert 'value="-1"' in text, "the input is kept"
    assert not Share.objects.exists()


def test_unfinished_image_has_no_share_form(page, doctor, submit):
    waiting = submit(doctor, ready=False)
    response = page(doctor).get(f"/gallery/images/{waiting.pk}/share/")
    assert response.status_code == 200
    assert "data-share-form" not in response.content.decode()
    response = page(doctor).post(f"/gallery/images/{waiting.pk}/share/", {"lifetime": "1d"})
    assert response.status_code == 409


def test_panel_lists_only_the_images_open_links(page, doctor, share_url, make_link, submit):
    share, _path = make_link(view_limit=5)
    revoked, _path = make_link()
    shares.revoke(Share.objects.filter(pk=revoked.pk))
    other_images_link, _path = make_link(submit(doctor, seed=2))
    text = page(doctor).get(share_url).content.decode()
    assert str(share.pk) in text
    assert str(revoked.pk) not in text
    assert str(other_images_link.pk) not in text


def test_htmx_gets_only_the_list(page, doctor, share_url):
    fragment = page(doctor).get(share_url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "data-links" in fragment


def test_revoking_redirects_to_local_paths_only(page, doctor, make_link, share_url, client):
    share, path = make_link()
    revoke_url = f"/gallery/links/{share.pk}/revoke/"
    browser = page(doctor)
    assert browser.get(revoke_url).status_code == 405, "following a link must not revoke"
    assert browser.post(revoke_url, {"next": share_url})["Location"] == share_url
    assert client.get(path).status_code == 404
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        assert browser.post(revoke_url, {"next": target})["Location"] == "/gallery/links/"


def test_revoke_all_keeps_other_users_links(page, doctor, other_doctor, make_link, submit, client):
    paths = [make_link()[1] for _ in range(2)]
    _share, other_path = make_link(submit(other_doctor))
    assert page(doctor).get("/gallery/links/revoke-all/").status_code == 405
    assert page(doctor).post("/gallery/links/revoke-all/").status_code == 302
    assert [client.get(path).status_code for path in [*paths, other_path]] == [404, 404, 200]


def test_links_page_shows_open_and_ended_links(page, doctor, make_link, ready_image):
    now = timezone.now()
    make_link(password="a secret word", view_limit=3)
    revoked, _path = make_link()
    shares.revoke(Share.objects.filter(pk=revoked.pk))
    expired, _path = make_link()
    Share.objects.filter(pk=expired.pk).update(
        created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    _spent, path = make_link(view_limit=1)
    shares.open_share(path.split("/")[2])
    text = page(doctor).get("/gallery/links/", headers={"Accept-Language": "en"}).content.decode()
    assert text.count('class="link-row') == 4
    assert text.count("data-revoke") == 1, "only open links can be revoked"
    assert ready_image.title in text


def test_links_page_query_count_does_not_grow(page, doctor, make_link, count_queries):
    browser = page(doctor)
    make_link()
    first = count_queries(lambda: browser.get("/gallery/links/"))
    for _ in range(6):
        make_link()
    assert count_queries(lambda: browser.get("/gallery/links/")) == first
