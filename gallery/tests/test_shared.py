"""The public page of a link and its image, as any visitor gets them."""

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
PASSWORD = "a secret word"


@pytest.fixture
def visitor():
    """A visitor who is not signed in, with CSRF checks enabled."""
    return Client(enforce_csrf_checks=True)


def image_url(response):
    match = re.search(r'<img src="([^"]+)"', response.content.decode())
    return match.group(1).replace("&amp;", "&") if match else None


def image_url_of_page(response):
    assert response.status_code == 200
    assert image_url(response)
    return image_url(response)


def test_link_shows_the_cutout_and_counts_a_view(visitor, make_link, ready_image):
    share, path = make_link()
    response = visitor.get(image_url_of_page(visitor.get(path)))
    assert response.status_code == 200
    data = b"".join(response.streaming_content)
    with ready_image.cutout.open() as file:
        assert data == file.read()
    assert Image.open(io.BytesIO(data)).mode == "RGBA"
    share.refresh_from_db()
    assert share.views == 1


def test_original_is_shown_only_where_the_sharer_chose_so(visitor, make_link, ready_image):
    """A photograph may show more than its owner means to share: a face, a room."""
    _share, path = make_link()
    text = visitor.get(path).content.decode()
    assert "/original" not in text
    signed = image_url(visitor.get(path)).partition("?")[2]
    refused = visitor.get(f"{path}original?{signed}")
    assert refused.status_code == 404

    share, path = make_link(with_original=True, password=PASSWORD)
    assert "/original" not in visitor.get(path).content.decode(), "not before the password"
    page = visitor.post(path, {"password": PASSWORD})
    original, cutout = re.findall(r'<img src="([^"]+)"', page.content.decode())
    assert "/original?" in original
    response = visitor.get(original.replace("&amp;", "&"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    data = b"".join(response.streaming_content)
    with ready_image.display.open() as file:
        assert data == file.read(), "the rendition, without the camera's metadata"
    assert visitor.get(f"{path}original").status_code == 404, "unsigned"
    assert visitor.get(cutout.replace("&amp;", "&"))["Content-Type"] == "image/png"
    shares.revoke(Share.objects.filter(pk=share.pk))
    assert visitor.get(original.replace("&amp;", "&")).status_code == 404


@pytest.mark.parametrize(
    "options",
    [{"password": PASSWORD}, {"view_limit": 1}, {"password": PASSWORD, "view_limit": 1}],
    ids=["password", "limit", "both"],
)
def test_link_previews_use_up_no_view(visitor, make_link, options):
    """Messengers fetch links for previews: they must not use up the only view."""
    share, path = make_link(**options)
    for fetch in (visitor.get, visitor.head, visitor.get):
        response = fetch(path)
        assert response.status_code == 200
        assert image_url(response) is None
    share.refresh_from_db()
    assert share.views == 0
    response = visitor.post(path, {"password": options.get("password", "")})
    assert visitor.get(image_url_of_page(response)).status_code == 200
    share.refresh_from_db()
    assert share.views == 1


def test_head_counts_no_view(visitor, make_link):
    share, path = make_link()
    assert visitor.head(path).status_code == 200
    share.refresh_from_db()
    assert share.views == 0


def test_form_works_without_cookies_referrer_or_origin(make_link):
    """The page sends no referrer, so a browser's form says `Origin: null`: Django's own check
    would refuse every visitor."""
    _share, path = make_link(view_limit=5)
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}):
        visitor = Client(enforce_csrf_checks=True, headers=headers)
        form = visitor.get(path)
        assert not form.cookies
        assert image_url_of_page(visitor.post(path, secure=True))


def test_wrong_password_answers_403_without_the_image(visitor, make_link):
    _share, path = make_link(password=PASSWORD)
    for form in ({}, {"password": ""}, {"password": PASSWORD.upper()}):
        response = visitor.post(path, form)
        assert response.status_code == 403
        assert image_url(response) is None


def test_too_many_wrong_passwords_answer_429(visitor, make_link):
    _share, path = make_link(password=PASSWORD)
    for _ in range(shares.TRIES):
        visitor.post(path, {"password": "no"})
    response = visitor.post(path, {"password": PASSWORD})
    assert response.status_code == 429
    assert 25 <= int(response["Retry-After"]) <= 30
    assert image_url(response) is None


# Every way to a shared image, and every way in which a link ends -------------------------------


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


ENDINGS = [
    revoked,
    revoked_with_all,
    expired,
    image_deleted,
    image_purged,
    owner_deactivated,
    owner_deleted,
]


def comparable(response):
    """Everything in the response except the request id, for comparison."""
    del response["X-Request-ID"]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, sorted(response.items()), response.cookies.output(), body


@pytest.fixture
def unknown_link_answer():
    """The answer for a token that never existed."""
    return comparable(Client().get("/s/nonsense/"))


@pytest.mark.parametrize("end", ENDINGS)
@pytest.mark.parametrize(
    "options", [{}, {"password": PASSWORD}, {"view_limit": 3}], ids=["plain", "password", "limit"]
)
def test_ended_link_answers_404_like_an_unknown_one(
    visitor, make_link, doctor, unknown_link_answer, end, options
):
    """However a link ends, every URL of its image answers 404, exactly as for a link that never
    existed."""
    share, path = make_link(**options)
    page = visitor.post(path, {"password": options.get("password", "")})
    image = image_url_of_page(page)
    assert visitor.get(image).status_code == 200
    end(share, doctor)
    responses = {
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
    for name, response in responses.items():
        actual = comparable(response)
        if "head" in name:
            assert actual[0] == 404, name
            continue
        assert actual == unknown_link_answer, name
    assert visitor.get(path.rstrip("/"), follow=True).status_code == 404


def test_used_up_link_answers_404_but_its_last_image_loads(visitor, make_link, unknown_link_answer):
    _share, path = make_link(view_limit=1)
    image = image_url_of_page(visitor.post(path))
    for response in (visitor.get(path), visitor.post(path), Client().get(path)):
        assert comparable(response) == unknown_link_answer
    # The last view was counted when its page was opened: its image may still load ...
    assert visitor.get(image).status_code == 200
    shares.revoke(Share.objects.all())  # ... until the link is revoked
    assert comparable(visitor.get(image)) == unknown_link_answer


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_answer_405_for_valid_and_invalid_links(visitor, make_link, method):
    _share, path = make_link()
    image = image_url_of_page(visitor.get(path))
    for valid, invalid in ((path, "/s/nonsense/"), (image, "/s/nonsense/image?e=1&s=x")):
        answers = [comparable(getattr(visitor, method)(target)) for target in (valid, invalid)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 405


@pytest.mark.parametrize("token", ["x", "é", "%00", "a" * 5000, "..", "None", "%F0%9F%91%80"])
def test_malformed_token_answers_404_like_an_unknown_one(visitor, unknown_link_answer, token):
    assert comparable(visitor.get(f"/s/{token}/")) == unknown_link_answer


def test_revoked_and_unknown_links_run_equally_many_queries(visitor, make_link, count_queries):
    share, path = make_link(password=PASSWORD)
    revoked(share, None)
    counts = [
        count_queries(lambda url=url: visitor.post(url, {"password": PASSWORD}))
        for url in ("/s/nonsense/", path)
    ]
    assert counts[0] == counts[1], "otherwise the response time reveals which links existed"


# The pass of the image ----------------------------------------------------------------------


def test_image_pass_is_short_lived_and_bound_to_its_link(visitor, make_link, monkeypatch):
    _share, path = make_link()
    _other_share, other_path = make_link()
    image, other_image = (
        image_url_of_page(visitor.get(path)),
        image_url_of_page(visitor.get(other_path)),
    )
    query = {name: value for name, (value,) in parse_qs(urlsplit(image).query).items()}
    assert time.time() < int(query["e"]) <= time.time() + storage.SHARE_PASS
    image_path = urlsplit(image).path
    later_expiry = int(query["e"]) + 60
    for forged in (
        image_path,
        f"{image_path}?e={later_expiry}&s={query['s']}",
        f"{image_path}?e={query['e']}&s=",
        f"{image_path}?e={query['e']}&s=é",
        f"{image_path}?e=٣&s={query['s']}",
        f"{image_path}?e={'9' * 40}&s={query['s']}",
        f"{image_path}?{urlsplit(other_image).query}",
        f"{urlsplit(other_image).path}?{urlsplit(image).query}",
    ):
        assert visitor.get(forged).status_code == 404, forged
    monkeypatch.setattr(signing.time, "time", lambda: int(query["e"]) + 1)
    assert visitor.get(image).status_code == 404


def test_image_pass_expires_with_its_link(visitor, make_link):
    share, path = make_link()
    soon = timezone.now() + timedelta(seconds=60)
    Share.objects.filter(pk=share.pk).update(expires_at=soon)
    query = parse_qs(urlsplit(image_url_of_page(visitor.get(path))).query)
    assert int(query["e"][0]) <= soon.timestamp()


def test_image_pass_and_signed_urls_are_not_interchangeable(visitor, make_link, ready_image):
    """A pass must not open a blob by its name, nor a signed URL the image of a link."""
    share, path = make_link()
    query = urlsplit(image_url_of_page(visitor.get(path))).query
    for container in ("processed", "originals", "share"):
        for name in (ready_image.cutout.name, ready_image.original.name, str(share.pk)):
            assert visitor.get(f"/media/{container}/{name}?{query}").status_code == 404
    media = urlsplit(ready_image.cutout.url).query
    assert visitor.get(f"{path}image?{media}").status_code == 404


# What the page shows and hides ---------------------------------------------------


def test_shared_page_reveals_and_links_to_nothing_else(visitor, make_link, ready_image, doctor):
    share, path = make_link(password=PASSWORD)
    for response in (visitor.get(path), visitor.post(path, {"password": PASSWORD})):
        text = response.content.decode()
        for secret in (
            ready_image.title,
            "suivi",
            ready_image.original_filename,
            str(ready_image.pk),
            str(share.pk),
            doctor.full_name,
            doctor.email,
            ready_image.sha256,
            "/media/",
            "/accounts/",
            "<script",
            "http:",
            "https:",
        ):
            assert secret not in text.replace("http://www.w3.org/2000/svg", ""), secret
        assert not re.findall(r"<a\b", text), "no links to other pages"
        for target in re.findall(r'(?:src|href|action)="([^"]*)"', text):
            assert target.startswith((settings.STATIC_URL, path)), target


def test_shared_page_is_the_same_for_signed_in_visitors(page, make_link, other_doctor):
    _share, path = make_link()
    text = page(other_doctor).get(path).content.decode()
    assert other_doctor.full_name not in text
    assert not re.findall(r"<a\b", text)


def test_shared_pages_have_privacy_headers(visitor, make_link):
    _share, plain = make_link()
    _share, protected = make_link(password=PASSWORD)
    for response in (
        visitor.get(plain),
        visitor.get(protected),
        visitor.post(protected, {"password": "no"}),
        visitor.get("/s/nonsense/"),
        visitor.put(plain),
        visitor.get(image_url_of_page(visitor.get(plain))),
    ):
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not response.cookies
    assert b'<meta name="robots" content="noindex' in visitor.get(plain).content


def test_shared_image_headers_reveal_no_file_name(visitor, make_link):
    _share, path = make_link()
    response = visitor.get(image_url_of_page(visitor.get(path)))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'inline; filename="image.png"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not response.has_header("ETag")
    assert not response.has_header("Last-Modified")


@pytest.mark.parametrize(
    ("language", "words"), [("fr-FR", 'lang="fr"'), ("en-GB", 'lang="en"'), ("de", 'lang="fr"')]
)
def test_shared_page_is_in_the_visitors_language(visitor, make_link, language, words):
    _share, path = make_link()
    assert words in visitor.get(path, headers={"Accept-Language": language}).content.decode()


def test_shared_image_answers_503_during_a_storage_outage(visitor, make_link, monkeypatch):
    _share, path = make_link()
    image = image_url_of_page(visitor.get(path))

    def raise_unavailable(*_args):
        raise StorageUnavailable("processed")

    monkeypatch.setattr(storage, "stream", raise_unavailable)
    response = visitor.get(image)
    assert response.status_code == 503
    assert response["Retry-After"]


def test_shared_image_answers_404_when_its_blob_is_missing(visitor, make_link, ready_image):
    _share, path = make_link()
    image = image_url_of_page(visitor.get(path))
    storage.delete("processed", ready_image.cutout.name)
    assert ("processed", ready_image.cutout.name) not in blobs()
    assert visitor.get(image).status_code == 404


def test_link_shows_the_result_of_a_retry(visitor, make_link, ready_image):
    _share, path = make_link()
    retry_image(ready_image, engine="lesion")
    assert visitor.get(path).status_code == 200, "the old result is shown until then"
    while queue.work():
        pass
    ready_image.refresh_from_db()
    response = visitor.get(image_url_of_page(visitor.get(path)))
    with ready_image.cutout.open() as file:
        assert b"".join(response.streaming_content) == file.read()


def test_share_tokens_are_not_logged(visitor, make_link, caplog):
    """The path contains the token: logging it would leak working links."""
    share, path = make_link(password=PASSWORD)
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
