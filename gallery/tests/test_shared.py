"""The page of a link and the bytes of its image, as anybody gets them."""

import io
import re
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from gallery.models import Share, UserImage
from gallery.services import shares
from gallery.services.processing import queue, retry_image
from gallery.services.trash import delete_images
from imaging import storage
from imaging.errors import StorageUnavailable
from imaging.storage import signing
from testing.cast import blobs

pytestmark = pytest.mark.django_db
WORD = "a secret word"


@pytest.fixture
def visitor():
    """Somebody without a login, whose browser checks what ours would."""
    return Client(enforce_csrf_checks=True)


def source(response):
    found = re.search(r'<img src="([^"]+)"', response.content.decode())
    return found.group(1).replace("&amp;", "&") if found else None


def shown(response):
    assert response.status_code == 200
    assert source(response)
    return source(response)


def test_a_link_shows_the_cut_out(visitor, link, mine):
    share, path = link()
    response = visitor.get(shown(visitor.get(path)))
    assert response.status_code == 200
    data = b"".join(response.streaming_content)
    with mine.cutout.open() as file:
        assert data == file.read()
    assert Image.open(io.BytesIO(data)).mode == "RGBA"
    share.refresh_from_db()
    assert share.views == 1


@pytest.mark.parametrize(
    "options",
    [{"password": WORD}, {"view_limit": 1}, {"password": WORD, "view_limit": 1}],
    ids=["password", "limit", "both"],
)
def test_what_previews_a_link_uses_up_nothing(visitor, link, options):
    """A messenger fetches every link it sees: it must not have the one view that there is."""
    share, path = link(**options)
    for fetch in (visitor.get, visitor.head, visitor.get):
        response = fetch(path)
        assert response.status_code == 200
        assert source(response) is None
    share.refresh_from_db()
    assert share.views == 0
    response = visitor.post(path, {"password": options.get("password", "")})
    assert visitor.get(shown(response)).status_code == 200
    share.refresh_from_db()
    assert share.views == 1


def test_head_counts_for_nothing(visitor, link):
    share, path = link()
    assert visitor.head(path).status_code == 200
    share.refresh_from_db()
    assert share.views == 0


def test_the_form_works_without_cookies_referrer_or_origin(link):
    """The page sends no referrer, so a browser's form says `Origin: null`: Django's own check
    would refuse every visitor."""
    _share, path = link(view_limit=5)
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}):
        visitor = Client(enforce_csrf_checks=True, headers=headers)
        asked = visitor.get(path)
        assert not asked.cookies
        assert shown(visitor.post(path, secure=True))


def test_a_wrong_password_shows_nothing(visitor, link):
    _share, path = link(password=WORD)
    for data in ({}, {"password": ""}, {"password": WORD.upper()}):
        response = visitor.post(path, data)
        assert response.status_code == 403
        assert source(response) is None


def test_too_many_wrong_passwords_wait(visitor, link):
    _share, path = link(password=WORD)
    for _ in range(shares.TRIES):
        visitor.post(path, {"password": "no"})
    response = visitor.post(path, {"password": WORD})
    assert response.status_code == 429
    assert 25 <= int(response["Retry-After"]) <= 30
    assert source(response) is None


# Every way to a shared image, and every way for a link to die -------------------------------


def revoked(share, doctor):
    shares.revoke(Share.objects.filter(pk=share.pk))


def revoked_with_all(share, doctor):
    shares.revoke_all(doctor)


def expired(share, doctor):
    now = timezone.now()
    Share.objects.filter(pk=share.pk).update(
        created_at=now - timedelta(hours=2), expires_at=now - timedelta(seconds=1)
    )


def image_deleted(share, doctor):
    delete_images(UserImage.objects.filter(pk=share.image_id))


def image_purged(share, doctor):
    UserImage.objects.filter(pk=share.image_id).delete()


def owner_deactivated(share, doctor):
    doctor.is_active = False
    doctor.save()


def owner_deleted(share, doctor):
    doctor.delete()


DEATHS = [
    revoked,
    revoked_with_all,
    expired,
    image_deleted,
    image_purged,
    owner_deactivated,
    owner_deleted,
]


def answer(response):
    """All that a visitor is told, but the request's own name."""
    del response["X-Request-ID"]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, sorted(response.items()), response.cookies.output(), body


@pytest.fixture
def unknown():
    """What is answered to a token that never was."""
    return answer(Client().get("/s/nonsense/"))


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize(
    "options", [{}, {"password": WORD}, {"view_limit": 3}], ids=["plain", "password", "limit"]
)
def test_every_way_to_the_image_is_dead(visitor, link, doctor, unknown, death, options):
    """The issue's own words: every way to a shared image tried after revocation: 404. And each
    answer is the very one of a link that never was."""
    share, path = link(**options)
    opened = visitor.post(path, {"password": options.get("password", "")})
    image = shown(opened)
    assert visitor.get(image).status_code == 200
    death(share, doctor)
    ways = {
        "page": visitor.get(path),
        "head": visitor.head(path),
        "form": visitor.post(path, {"password": options.get("password", "")}),
        "form, wrong": visitor.post(path, {"password": "no"}),
        "image": visitor.get(image),
        "image, head": visitor.head(image),
        "image, range": visitor.get(image, headers={"Range": "bytes=0-9"}),
        "image, cached": visitor.get(image, headers={"If-None-Match": "*"}),
        "image, unsigned": visitor.get(urlsplit(image).path),
        "another browser": Client().get(image),
    }
    for way, response in ways.items():
        told = answer(response)
        if "head" in way:
            assert told[0] == 404, way
            continue
        assert told == unknown, way
    assert visitor.get(path.rstrip("/"), follow=True).status_code == 404


def test_a_link_that_is_used_up_is_dead(visitor, link, unknown):
    _share, path = link(view_limit=1)
    image = shown(visitor.post(path))
    for response in (visitor.get(path), visitor.post(path), Client().get(path)):
        assert answer(response) == unknown
    # The last view was counted when its page was opened: its own image may still load ...
    assert visitor.get(image).status_code == 200
    shares.revoke(Share.objects.all())  # ... but no longer than the link lives
    assert answer(visitor.get(image)) == unknown


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_another_method_tells_nothing(visitor, link, method):
    _share, path = link()
    image = shown(visitor.get(path))
    for alive, dead in ((path, "/s/nonsense/"), (image, "/s/nonsense/image?e=1&s=x")):
        answers = [answer(getattr(visitor, method)(way)) for way in (alive, dead)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 405


@pytest.mark.parametrize("token", ["x", "é", "%00", "a" * 5000, "..", "None", "%F0%9F%91%80"])
def test_nonsense_is_the_same_404(visitor, unknown, token):
    assert answer(visitor.get(f"/s/{token}/")) == unknown


def test_dead_and_unknown_ask_the_database_the_same(visitor, link, django_assert_num_queries):
    share, path = link(password=WORD)
    revoked(share, None)
    for way in ("/s/nonsense/", path):
        with django_assert_num_queries(1):
            visitor.post(way, {"password": WORD})


# The pass of the image ----------------------------------------------------------------------


def test_a_pass_is_short_and_of_one_link(visitor, link, monkeypatch):
    _share, path = link()
    _other, other_path = link()
    image, other = shown(visitor.get(path)), shown(visitor.get(other_path))
    query = {name: value for name, (value,) in parse_qs(urlsplit(image).query).items()}
    assert time.time() < int(query["e"]) <= time.time() + storage.SHARE_PASS
    place = urlsplit(image).path
    later = int(query["e"]) + 60
    for forged in (
        place,
        f"{place}?e={later}&s={query['s']}",
        f"{place}?e={query['e']}&s=",
        f"{place}?e={query['e']}&s=é",
        f"{place}?e=٣&s={query['s']}",
        f"{place}?e={'9' * 40}&s={query['s']}",
        f"{place}?{urlsplit(other).query}",
        f"{urlsplit(other).path}?{urlsplit(image).query}",
    ):
        assert visitor.get(forged).status_code == 404, forged
    monkeypatch.setattr(signing.time, "time", lambda: int(query["e"]) + 1)
    assert visitor.get(image).status_code == 404


def test_a_pass_does_not_outlive_its_link(visitor, link):
    share, path = link()
    soon = timezone.now() + timedelta(seconds=60)
    Share.objects.filter(pk=share.pk).update(expires_at=soon)
    query = parse_qs(urlsplit(shown(visitor.get(path))).query)
    assert int(query["e"][0]) <= soon.timestamp()


def test_a_pass_is_no_key_to_the_storage(visitor, link, mine):
    """What signs a link's image must not open a blob by its name, and the reverse."""
    share, path = link()
    query = urlsplit(shown(visitor.get(path))).query
    for container in ("processed", "originals", "share"):
        for name in (mine.cutout.name, mine.original.name, str(share.pk)):
            assert visitor.get(f"/media/{container}/{name}?{query}").status_code == 404
    media = urlsplit(mine.cutout.url).query
    assert visitor.get(f"{path}image?{media}").status_code == 404


# What the page says, and what it does not ---------------------------------------------------


def test_nothing_else_is_told_or_reachable(visitor, link, mine, doctor):
    share, path = link(password=WORD)
    for response in (visitor.get(path), visitor.post(path, {"password": WORD})):
        text = response.content.decode()
        for secret in (
            mine.title,
            "suivi",
            mine.original_filename,
            str(mine.pk),
            str(share.pk),
            doctor.full_name,
            doctor.email,
            mine.sha256,
            "/media/",
            "/accounts/",
            "<script",
            "http:",
            "https:",
        ):
            assert secret not in text.replace("http://www.w3.org/2000/svg", ""), secret
        assert not re.findall(r"<a\b", text), "nothing leads elsewhere"
        for target in re.findall(r'(?:src|href|action)="([^"]*)"', text):
            assert target.startswith((settings.STATIC_URL, path)), target


def test_a_signed_in_visitor_is_told_no_more(page, link, other_doctor):
    _share, path = link()
    text = page(other_doctor).get(path).content.decode()
    assert other_doctor.full_name not in text
    assert not re.findall(r"<a\b", text)


def test_the_headers_of_every_answer(visitor, link):
    _share, plain = link()
    _share, asking = link(password=WORD)
    for response in (
        visitor.get(plain),
        visitor.get(asking),
        visitor.post(asking, {"password": "no"}),
        visitor.get("/s/nonsense/"),
        visitor.put(plain),
        visitor.get(shown(visitor.get(plain))),
    ):
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not response.cookies
    assert b'<meta name="robots" content="noindex' in visitor.get(plain).content


def test_the_image_names_no_file(visitor, link):
    _share, path = link()
    response = visitor.get(shown(visitor.get(path)))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'inline; filename="image.png"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not response.has_header("ETag")
    assert not response.has_header("Last-Modified")


@pytest.mark.parametrize(
    ("language", "words"), [("fr-FR", 'lang="fr"'), ("en-GB", 'lang="en"'), ("de", 'lang="fr"')]
)
def test_the_language_is_the_visitor_s(visitor, link, language, words):
    _share, path = link()
    assert words in visitor.get(path, headers={"Accept-Language": language}).content.decode()


def test_a_storage_that_is_down_is_503_and_not_a_dead_link(visitor, link, monkeypatch):
    _share, path = link()
    image = shown(visitor.get(path))

    def down(*_args):
        raise StorageUnavailable("processed")

    monkeypatch.setattr(storage, "stream", down)
    response = visitor.get(image)
    assert response.status_code == 503
    assert response["Retry-After"]


def test_a_blob_that_is_gone_is_404(visitor, link, mine):
    _share, path = link()
    image = shown(visitor.get(path))
    storage.delete("processed", mine.cutout.name)
    assert ("processed", mine.cutout.name) not in blobs()
    assert visitor.get(image).status_code == 404


def test_a_result_made_anew_is_what_the_link_shows(visitor, link, mine):
    _share, path = link()
    retry_image(mine, engine="lesion")
    assert visitor.get(path).status_code == 200, "until then, the result that is there"
    while queue.work():
        pass
    mine.refresh_from_db()
    response = visitor.get(shown(visitor.get(path)))
    with mine.cutout.open() as file:
        assert b"".join(response.streaming_content) == file.read()


def test_a_token_is_not_logged(visitor, link, caplog):
    """The path is the link: a log that names it is a list of links."""
    share, path = link(password=WORD)
    with caplog.at_level("DEBUG"):
        visitor.get(path)
        visitor.post(path, {"password": "no"})
        visitor.put(path)
        visitor.get(f"{path}image")
        for _ in range(shares.TRIES):
            visitor.post(path, {"password": "no"})
        revoked(share, None)
        visitor.get(path)
    assert path.split("/")[2] not in caplog.text
