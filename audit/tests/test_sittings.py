"""Events as people read them. Lost would be: somebody who looked at night, in a thousand lines."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine

from audit import chain
from audit.models import Event
from audit.reading import with_actors
from audit.sittings import mark_unusual, sittings
from consultations.bin import put_away_images
from consultations.models import ConsultationImage

PAGE, DOWNLOAD = "", "download/"
HOME, AWAY = "203.0.113.7", "198.51.100.4"
NOON = datetime(2026, 11, 14, 11, 0, tzinfo=UTC)


@pytest.fixture
def history(page, image):
    """`history((minutes, user, part, address), …)`: the events of these looks, the latest first."""

    chain.flush_pending()  # how the image came

    def look(*lines):
        first = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        for minutes, user, part, address in lines:
            with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
                client = page(user)
                client.get(f"/consultations/images/{image.pk}/{part}", REMOTE_ADDR=address)
                chain.flush_pending()
        looks = Event.objects.filter(id__gt=first, kind="consultation_image")
        return with_actors(list(looks.order_by("-id")))

    return look


def test_one_persons_looks_are_one_line(history, doctor, patient):
    events = history(
        (0, doctor, PAGE, HOME),
        (5, doctor, PAGE, HOME),
        (6, patient, PAGE, AWAY),
        (10, doctor, DOWNLOAD, HOME),
        (50, doctor, PAGE, HOME),
    )
    found = sittings(events)
    assert [len(one.events) for one in found] == [1, 3, 1]
    first = found[1]
    assert (first.images, first.times) == (1, 3)
    assert [count for _label, count in first.actions] == [2, 1]


@pytest.mark.parametrize(("minutes", "marks"), [(0, []), (11 * 60, ["night"])])
def test_a_look_at_night_is_marked(history, doctor, patient, minutes, marks):
    history((-60, doctor, PAGE, HOME))
    found = sittings(history((minutes, doctor, PAGE, HOME)))
    assert [one.marks for one in mark_unusual(found, patient)] == [marks]


def test_the_first_look_and_a_new_address_are_marked_once(history, doctor, patient):
    events = history(
        (0, doctor, PAGE, HOME),
        (60, doctor, PAGE, AWAY),
        (120, doctor, PAGE, AWAY),
    )
    found = mark_unusual(sittings(events), patient)
    assert [one.marks for one in found] == [[], ["new_address"], ["first_look"]]
    again = mark_unusual(sittings(events[:1]), patient)
    assert [one.marks for one in again] == [[]], "on the next page it is none either"


def test_the_page_tells_them_and_is_narrowed_down(page, history, doctor, patient):
    history((0, doctor, PAGE, HOME), (1, doctor, PAGE, HOME), (60, doctor, DOWNLOAD, HOME))
    client = page(patient)
    answer = client.get("/audit/?did=looked").context["sittings"]
    assert [(one.images, one.times) for one in answer] == [(1, 2)]
    assert answer[0].events[0].subject.label.startswith("Macro"), "the patient knows whose it is"
    assert len(client.get("/audit/?did=taken").context["sittings"]) == 1
    assert not client.get("/audit/?until=2026-11-13&did=looked").context["sittings"]
    assert client.get("/audit/?since=2026-11-14&did=looked").context["sittings"]
    assert client.get("/audit/?since=never").status_code == 200


def test_the_last_minutes_of_a_day_belong_to_it(page, history, doctor, patient):
    """By the practice's clock, which is not the server's."""
    late, early = 12 * 60 - 15, 12 * 60 + 15  # 23:45 on the 14th, 0:15 on the 15th, in Paris
    history((late, doctor, PAGE, HOME), (early, doctor, PAGE, HOME))

    def count(query):
        return len(page(patient).get(f"/audit/?did=looked&{query}").context["events"])

    assert count("") == 2
    assert count("until=2026-11-14") == 1
    assert count("since=2026-11-15") == 1
    assert count("since=2026-11-14&until=2026-11-15") == 2


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "until=0001-01-01"])
def test_the_ends_of_the_calendar_are_days_like_others(page, doctor, query):
    assert page(doctor).get(f"/audit/?{query}").status_code == 200


def test_what_can_no_longer_be_seen_is_no_link(page, history, image, doctor):
    history((0, doctor, PAGE, HOME))
    link = f'href="/consultations/images/{image.pk}/"'
    client = page(doctor)
    assert link in client.get("/audit/?did=looked").content.decode()
    put_away_images(ConsultationImage.objects.filter(pk=image.pk))
    assert link not in client.get("/audit/?did=looked").content.decode()


def test_ones_own_looks_are_not_unusual(history, doctor):
    found = mark_unusual(sittings(history((11 * 60, doctor, PAGE, HOME))), doctor)
    assert [one.marks for one in found] == [[]]


def test_nobody_signed_in_is_marked_nothing():
    event = SimpleNamespace(
        actor_id=None, actor_role="", address=HOME, moment=NOON, action="opened", kind="share"
    )
    assert mark_unusual(sittings([event]), SimpleNamespace(pk=1))[0].marks == []
