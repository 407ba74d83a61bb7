"""A look enters the chain without waiting. Lost would be: an event, or the page itself."""

import pytest
from django.db import DatabaseError, transaction

from audit import chain
from audit.models import ChainHead, Event, PendingEvent
from audit.trail import Action, record

pytestmark = pytest.mark.django_db(transaction=True)


def numbers():
    return [event.detail["number"] for event in Event.objects.order_by("id")]


def is_whole():
    return chain.verify()[1] is None


def test_a_look_does_not_wait(django_assert_num_queries):
    record(Action.VIEWED, number=1)
    with django_assert_num_queries(8):  # four of them begin and end
        record(Action.VIEWED, number=2)
    assert numbers() == [1, 2]
    assert not PendingEvent.objects.exists()
    assert is_whole()


def test_those_that_wait_go_first():
    with transaction.atomic():
        record(Action.CHANGED, number=1)
        transaction.get_connection().run_on_commit.clear()  # as a process that is killed there
    assert PendingEvent.objects.count() == 1
    record(Action.VIEWED, number=2)
    assert numbers() == [1, 2]
    assert is_whole()


@pytest.mark.parametrize("fault", [DatabaseError, ValueError])
def test_what_cannot_enter_waits(monkeypatch, caplog, fault):
    def append(head, events):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(chain, "_append", append)
        record(Action.VIEWED, number=1)
    assert "events wait to enter" in caplog.text
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1
    record(Action.VIEWED, number=2)
    assert numbers() == [1, 2]
    assert is_whole()


def test_half_an_append_is_undone(monkeypatch):
    """The event is there and the head does not know of it: both or none."""

    def save(head, **options):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(ChainHead, "save", save)
        record(Action.VIEWED, number=1)
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1
    assert is_whole()


def test_without_a_head_events_wait():
    ChainHead.objects.all().delete()
    record(Action.VIEWED, number=1)
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1


def test_the_hash_is_of_what_the_database_gives_back(user_with_a_key_of_text):
    """The admin knows a row by its key as text, and JSON has no numbers for keys."""
    record(Action.CHANGED, user_with_a_key_of_text, number=1, counts={10: "a", 9: ("b",)})
    (event,) = Event.objects.all()
    assert event.owner_id == 7
    assert event.detail == {"number": 1, "counts": {"10": "a", "9": ["b"]}}
    assert is_whole()


@pytest.fixture
def user_with_a_key_of_text(django_user_model):
    return django_user_model(pk="7")
