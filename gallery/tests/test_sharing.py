"""The share service: what is stored of a link, how views are counted, how guesses are slowed."""

import hashlib
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from gallery.models import Share, UserImage
from gallery.services import shares
from gallery.services.processing import queue, retry_image
from gallery.services.trash import delete_images, restore_images

pytestmark = pytest.mark.django_db


def token_of(path):
    return path.split("/")[2]


def test_only_hashes_of_token_and_password_are_stored(make_link):
    """Otherwise anyone with the database or a backup could open every shared image."""
    share, path = make_link(password="a secret word")
    token = token_of(path)
    assert len(token) >= 43, "256 bits"
    share.refresh_from_db()
    row = [str(value) for value in Share.objects.filter(pk=share.pk).values_list()[0]]
    assert not any(token in value or "a secret word" in value for value in row)
    assert share.token_hash == hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(("lifetime", "hours"), [("1h", 1), ("1d", 24), ("7d", 168)])
def test_link_expires_after_its_lifetime(make_link, lifetime, hours):
    share, _path = make_link(lifetime=lifetime)
    assert share.expires_at - share.created_at <= timedelta(hours=hours, seconds=5)


def test_unlimited_lifetime_is_refused(ready_image):
    for lifetime in ("", None, "forever", "8d"):
        with pytest.raises(KeyError):
            shares.create_share(image=ready_image, lifetime=lifetime)
    assert not Share.objects.exists()


def test_unfinished_image_cannot_be_shared(submit, doctor):
    """Otherwise the link would show nothing or, worse, the original."""
    with pytest.raises(shares.NotReady):
        shares.create_share(image=submit(doctor, ready=False), lifetime="1h")


def test_view_is_counted_and_dated(make_link):
    share, path = make_link()
    shares.open_share(token_of(path))
    shares.open_share(token_of(path))
    share.refresh_from_db()
    assert share.views == 2
    assert timezone.now() - share.last_used_at < timedelta(seconds=10)


def test_view_limit_is_enforced(make_link):
    _share, path = make_link(view_limit=2)
    shares.open_share(token_of(path))
    shares.open_share(token_of(path))
    with pytest.raises(shares.ShareNotFound):
        shares.open_share(token_of(path))


def run_concurrently(number, function):
    """Run `function` in `number` threads; counts the types of its results and exceptions."""
    results = []

    def run():
        try:
            results.append(type(function()))
        except Exception as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(results)


@pytest.mark.django_db(transaction=True)
def test_view_limit_holds_under_concurrency(make_link, monkeypatch):
    """Otherwise a link for one view opens for everybody who clicks at the same time. All twelve
    threads find the link open before the first counts its view."""
    share, path = make_link(view_limit=3)
    find, all_found = shares.find, threading.Barrier(12, timeout=30)

    def find_together(token):
        found = find(token)
        all_found.wait()
        return found

    monkeypatch.setattr(shares, "find", find_together)
    results = run_concurrently(12, lambda: shares.open_share(token_of(path)))
    assert results == {shares.OpenedShare: 3, shares.ShareNotFound: 9}
    share.refresh_from_db()
    assert share.views == 3


@pytest.mark.django_db(transaction=True)
def test_concurrent_guesses_are_limited_like_successive_ones(make_link, monkeypatch):
    """Otherwise a hundred parallel requests make a hundred guesses before the first pause. No
    guess is answered before the allowed number of guesses is being checked."""
    _share, path = make_link(password="a secret word")
    barrier = threading.Barrier(shares.TRIES, timeout=30)
    monkeypatch.setattr(shares, "check_password", lambda *_args: barrier.wait() < 0)
    results = run_concurrently(12, lambda: shares.open_share(token_of(path), "wrong"))
    assert results == {
        shares.WrongPassword: shares.TRIES,
        shares.PasswordThrottled: 12 - shares.TRIES,
    }


def guess_wrong(token, times=1):
    for number in range(times):
        with pytest.raises(shares.WrongPassword):
            shares.open_share(token, f"no {number}")


def test_pauses_after_wrong_passwords_double(make_link, monkeypatch):
    share, path = make_link(password="a secret word", lifetime="7d")
    token = token_of(path)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        guess_wrong(token, shares.TRIES)
        for pause in (30, 60, 120, 240):
            with monkeypatch.context() as patch:
                patch.setattr(shares, "check_password", None)  # it must not be called
                for password in ("no", "a secret word"):
                    with pytest.raises(shares.PasswordThrottled) as throttled:
                        shares.open_share(token, password)
                    assert throttled.value.seconds == pause
            clock.shift(timedelta(seconds=pause))
            guess_wrong(token)
        clock.shift(timedelta(seconds=480))
        assert shares.open_share(token, "a secret word")
    share.refresh_from_db()
    assert (share.wrong_passwords, share.locked_until, share.views) == (0, None, 1)


def test_pause_is_at_most_an_hour(make_link):
    _share, path = make_link(password="a secret word", lifetime="7d")
    Share.objects.update(wrong_passwords=200)
    guess_wrong(token_of(path))
    with pytest.raises(shares.PasswordThrottled) as throttled:
        shares.open_share(token_of(path), "a secret word")
    assert throttled.value.seconds <= 3600


def test_empty_password_does_not_count_as_a_guess(make_link):
    share, path = make_link(password="a secret word")
    for password in (None, ""):
        with pytest.raises(shares.WrongPassword):
            shares.open_share(token_of(path), password)
    share.refresh_from_db()
    assert (share.wrong_passwords, share.views) == (0, 0)


def test_wrong_password_uses_up_no_view(make_link):
    share, path = make_link(password="a secret word", view_limit=1)
    guess_wrong(token_of(path), 3)
    assert shares.open_share(token_of(path), "a secret word")
    share.refresh_from_db()
    assert share.views == 1


def test_revoke_all_returns_the_number_of_open_links(make_link, doctor):
    make_link()
    make_link()
    expired, _path = make_link()
    Share.objects.filter(pk=expired.pk).update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
    )
    assert shares.revoke_all(doctor) == 2
    assert shares.revoke_all(doctor) == 0


def test_revoke_all_includes_links_of_deleted_images(make_link, ready_image, doctor):
    """Otherwise restoring an image would bring back a link that its owner had revoked."""
    _share, path = make_link()
    delete_images(UserImage.objects.filter(pk=ready_image.pk))
    shares.revoke_all(doctor)
    restore_images(UserImage.objects.deleted_by(doctor))
    with pytest.raises(shares.ShareNotFound):
        shares.find(token_of(path))


def test_revoke_all_keeps_other_users_links(make_link, submit, other_doctor, doctor):
    _share, path = make_link(submit(other_doctor))
    shares.revoke_all(doctor)
    assert shares.find(token_of(path))


def test_link_keeps_working_during_a_retry(make_link, ready_image, client):
    """Otherwise recipients get a 404 for as long as the owner tries another engine."""
    _share, path = make_link()
    retry_image(ready_image, engine="lesion")
    assert client.get(path).status_code == 200
    queue.fail(queue.claim(), "nothing_found")
    assert client.get(path).status_code == 200


def test_views_of_a_link_are_rate_limited_per_address(client, make_link, doctor):
    """Each view records an event that is kept for ten years, and a loop would fill the disk. Other
    links and other addresses still work."""
    share, path = make_link()
    answers = [client.get(path) for _view in range(62)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert client.post(path).status_code == 429
    share.refresh_from_db()
    assert share.views == 60
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get(make_link()[1]).status_code == 200
