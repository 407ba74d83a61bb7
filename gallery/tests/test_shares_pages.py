"""The owner's pages: a link is told once, on the answer itself; all of it without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from gallery.models import Share
from gallery.services import shares

pytestmark = [pytest.mark.django_db, pytest.mark.alike]


@pytest.fixture
def form(mine):
    return f"/gallery/images/{mine.pk}/share/"


def told(response):
    found = re.search(r'value="(http://testserver/s/[^"]+)"', response.content.decode())
    return found.group(1) if found else None


def test_the_link_is_told_on_the_answer_and_nowhere_else(page, doctor, form, client):
    """In a session or a message it would lie in the database; after a redirect, in the history."""
    browser = page(doctor)
    made = browser.post(form, {"lifetime": "1d", "password": "", "view_limit": ""})
    url = told(made)
    token = url.split("/")[-2]
    assert "no-store" in made["Cache-Control"]
    assert token not in str(dict(browser.session))
    assert not [m for m in get_messages(made.wsgi_request) if token in str(m)]
    for again in (form, "/gallery/links/"):
        assert token not in browser.get(again).content.decode()
    assert client.get(url).status_code == 200


def test_what_is_wrong_is_said_and_nothing_is_made(page, doctor, form):
    response = page(doctor).post(form, {"lifetime": "1d", "password": "abc", "view_limit": "-1"})
    assert response.status_code == 400
    assert told(response) is None
    text = response.content.decode()
    assert text.count("is-wrong") == 2
    assert 'value="-1"' in text, "what was typed is still there"
    assert not Share.objects.exists()


def test_an_image_that_waits_has_no_form(page, doctor, submit):
    waiting = submit(doctor, ready=False)
    response = page(doctor).get(f"/gallery/images/{waiting.pk}/share/")
    assert response.status_code == 200
    assert "data-share-form" not in response.content.decode()
    response = page(doctor).post(f"/gallery/images/{waiting.pk}/share/", {"lifetime": "1d"})
    assert response.status_code == 409


def test_the_panel_lists_the_open_links_only(page, doctor, form, link, submit):
    share, _path = link(view_limit=5)
    dead, _path = link()
    shares.revoke(Share.objects.filter(pk=dead.pk))
    elsewhere, _path = link(submit(doctor, seed=2))
    text = page(doctor).get(form).content.decode()
    assert str(share.pk) in text
    assert str(dead.pk) not in text
    assert str(elsewhere.pk) not in text


def test_htmx_gets_the_list_alone(page, doctor, form):
    part = page(doctor).get(form, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "data-links" in part


def test_revoking_goes_back_to_where_the_button_stood(page, doctor, link, form, client):
    share, path = link()
    revoke = f"/gallery/links/{share.pk}/revoke/"
    browser = page(doctor)
    assert browser.get(revoke).status_code == 405, "a link in a mail must not revoke"
    assert browser.post(revoke, {"next": form})["Location"] == form
    assert client.get(path).status_code == 404
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        assert browser.post(revoke, {"next": elsewhere})["Location"] == "/gallery/links/"


def test_revoking_all(page, doctor, other_doctor, link, submit, client):
    paths = [link()[1] for _ in range(2)]
    _share, theirs = link(submit(other_doctor))
    assert page(doctor).get("/gallery/links/revoke-all/").status_code == 405
    assert page(doctor).post("/gallery/links/revoke-all/").status_code == 302
    assert [client.get(path).status_code for path in [*paths, theirs]] == [404, 404, 200]


def test_my_links_tell_what_became_of_each(page, doctor, link, mine):
    now = timezone.now()
    link(password="a secret word", view_limit=3)
    revoked, _path = link()
    shares.revoke(Share.objects.filter(pk=revoked.pk))
    expired, _path = link()
    Share.objects.filter(pk=expired.pk).update(
        created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    _spent, path = link(view_limit=1)
    shares.open_share(path.split("/")[2])
    text = page(doctor).get("/gallery/links/", headers={"Accept-Language": "en"}).content.decode()
    assert text.count('class="link-row') == 4
    assert text.count("data-revoke") == 1, "only what is open can be revoked"
    assert mine.title in text


def test_the_page_asks_the_database_the_same_for_more_links(page, doctor, link, count_queries):
    browser = page(doctor)
    link()
    first = count_queries(lambda: browser.get("/gallery/links/"))
    for _ in range(6):
        link()
    assert count_queries(lambda: browser.get("/gallery/links/")) == first
