"""The service: what is kept of a link, who gets a view, how guesses are slowed."""

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


def test_the_token_is_kept_as_its_hash_only(link):
    """Else whoever reads the database, or a backup of it, reads every shared image."""
    share, path = link(password="a secret word")
    token = token_of(path)
    assert len(token) >= 43, "256 bits"
    share.refresh_from_db()
    row = [str(value) for value in Share.objects.filter(pk=share.pk).values_list()[0]]
    assert not any(token in value or "a secret word" in value for value in row)
    assert share.token_hash == hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(("lifetime", "hours"), [("1h", 1), ("1d", 24), ("7d", 168)])
def test_every_link_ends(link, lifetime, hours):
    share, _path = link(lifetime=lifetime)
    assert share.expires_at - share.created_at <= timedelta(hours=hours, seconds=5)


def test_there_is_no_link_for_ever(mine):
    for lifetime in ("", None, "forever", "8d"):
        with pytest.raises(KeyError):
            shares.create_share(image=mine, lifetime=lifetime)
    assert not Share.objects.exists()


def test_an_image_without_a_result_is_not_shared(submit, doctor):
    """Else the link would show nothing, or worse, the original."""
    with pytest.raises(shares.NotReady):
        shares.create_share(image=submit(doctor, ready=False), lifetime="1h")


def test_a_view_is_counted_and_dated(link):
    share, path = link()
    shares.open_share(token_of(path))
    shares.open_share(token_of(path))
    share.refresh_from_db()
    assert share.views == 2
    assert timezone.now() - share.last_used_at < timedelta(seconds=10)


def test_a_limit_of_n_gives_n_views(link):
    _share, path = link(view_limit=2)
    shares.open_share(token_of(path))
    shares.open_share(token_of(path))
    with pytest.raises(shares.ShareNotFound):
        shares.open_share(token_of(path))


def at_once(number, act):
    """What `act` answered or raised, in so many threads with a connection each."""
    results = []

    def run():
        try:
            results.append(type(act()))
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
def test_a_limit_of_n_gives_n_views_at_once(link, monkeypatch):
    """Else "to be seen once" is seen by everybody who clicks at the same time. All twelve have
    found the link open before the first of them counts its view."""
    share, path = link(view_limit=3, password="a secret word")
    all_found = threading.Barrier(12, timeout=30)
    monkeypatch.setattr(shares, "_check_password", lambda *_args: all_found.wait())
    results = at_once(12, lambda: shares.open_share(token_of(path)))
    assert results == {shares.OpenedShare: 3, shares.ShareNotFound: 9}
    share.refresh_from_db()
    assert share.views == 3


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_as_many_as_guesses_in_a_row(link, monkeypatch):
    """Else a hundred parallel requests have a hundred guesses before the first pause. Nobody is
    told that a guess was wrong before as many are being looked at as may be."""
    _share, path = link(password="a secret word")
    looked_at = threading.Barrier(shares.TRIES, timeout=30)
    monkeypatch.setattr(shares, "check_password", lambda *_args: looked_at.wait() < 0)
    results = at_once(12, lambda: shares.open_share(token_of(path), "wrong"))
    assert results == {
        shares.WrongPassword: shares.TRIES,
        shares.PasswordThrottled: 12 - shares.TRIES,
    }


def wrong(token, times=1):
    for number in range(times):
        with pytest.raises(shares.WrongPassword):
            shares.open_share(token, f"no {number}")


def test_wrong_passwords_pause_longer_and_longer(link, monkeypatch):
    share, path = link(password="a secret word", lifetime="7d")
    token = token_of(path)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        wrong(token, shares.TRIES)
        for pause in (30, 60, 120, 240):
            with monkeypatch.context() as closed:
                closed.setattr(shares, "check_password", None)  # it is not so much as looked at
                for password in ("no", "a secret word"):
                    with pytest.raises(shares.PasswordThrottled) as told:
                        shares.open_share(token, password)
                    assert told.value.seconds == pause
            clock.shift(timedelta(seconds=pause))
            wrong(token)
        clock.shift(timedelta(seconds=480))
        assert shares.open_share(token, "a secret word")
    share.refresh_from_db()
    assert (share.wrong_passwords, share.locked_until, share.views) == (0, None, 1)


def test_a_pause_ends_within_the_hour(link):
    _share, path = link(password="a secret word", lifetime="7d")
    Share.objects.update(wrong_passwords=200)
    wrong(token_of(path))
    with pytest.raises(shares.PasswordThrottled) as told:
        shares.open_share(token_of(path), "a secret word")
    assert told.value.seconds <= 3600


def test_no_password_is_no_guess(link):
    share, path = link(password="a secret word")
    for nothing in (None, ""):
        with pytest.raises(shares.WrongPassword):
            shares.open_share(token_of(path), nothing)
    share.refresh_from_db()
    assert (share.wrong_passwords, share.views) == (0, 0)


def test_a_wrong_password_uses_up_no_view(link):
    share, path = link(password="a secret word", view_limit=1)
    wrong(token_of(path), 3)
    assert shares.open_share(token_of(path), "a secret word")
    share.refresh_from_db()
    assert share.views == 1


def test_revoking_tells_how_many_were_open(link, doctor):
    link()
    link()
    dead, _path = link()
    Share.objects.filter(pk=dead.pk).update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
    )
    assert shares.revoke_all(doctor) == 2
    assert shares.revoke_all(doctor) == 0


def test_revoking_all_reaches_into_the_bin(link, mine, doctor):
    """Else an image brought back brings back the link that its owner had revoked with the rest."""
    _share, path = link()
    delete_images(UserImage.objects.filter(pk=mine.pk))
    shares.revoke_all(doctor)
    restore_images(UserImage.objects.deleted_by(doctor))
    with pytest.raises(shares.ShareNotFound):
        shares.find(token_of(path))


def test_revoking_all_leaves_other_people_s_links(link, submit, other_doctor, doctor):
    _share, path = link(submit(other_doctor))
    shares.revoke_all(doctor)
    assert shares.find(token_of(path))


def test_a_link_outlives_a_second_try(link, mine, client):
    """Whoever was sent it would meet a dead link for as long as the owner tries another engine."""
    _share, path = link()
    retry_image(mine, engine="lesion")
    assert client.get(path).status_code == 200
    queue.fail(queue.claim(), "nothing_found")
    assert client.get(path).status_code == 200


def test_whoever_holds_a_link_does_not_fill_the_log(client, link, doctor):
    """Each view is an event, kept for ten years: one reader with a loop would fill the disk. The
    other links and the other addresses open all the same."""
    share, path = link()
    answers = [client.get(path) for _view in range(62)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert client.post(path).status_code == 429
    share.refresh_from_db()
    assert share.views == 60
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get(link()[1]).status_code == 200
