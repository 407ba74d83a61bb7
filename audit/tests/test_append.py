"""A view is appended to the chain immediately, without losing an event or breaking the page."""

import pytest
from django.db import DatabaseError, transaction

from audit import chain
from audit.models import ChainHead, Event, PendingEvent
from audit.trail import Action, record

pytestmark = pytest.mark.django_db(transaction=True)


def logged_numbers():
    return [event.detail["number"] for event in Event.objects.order_by("id")]


def chain_is_intact():
    return chain.verify()[1] is None


def test_cost_of_recording_a_view_does_not_grow_with_the_log(count_queries):
    record(Action.VIEWED, number=1)
    short = count_queries(lambda: record(Action.VIEWED, number=2))
    for number in range(3, 20):
        record(Action.VIEWED, number=number)
    assert count_queries(lambda: record(Action.VIEWED, number=20)) == short
    assert logged_numbers() == list(range(1, 21))
    assert not PendingEvent.objects.exists()
    assert chain_is_intact()


def test_pending_events_enter_the_chain_before_newer_ones():
    with transaction.atomic():
        record(Action.CHANGED, number=1)
        transaction.get_connection().run_on_commit.clear()  # as if the process were killed here
    assert PendingEvent.objects.count() == 1
    record(Action.VIEWED, number=2)
    assert logged_numbers() == [1, 2]
    assert chain_is_intact()


@pytest.mark.parametrize("fault", [DatabaseError, ValueError])
def test_event_that_cannot_be_appended_stays_pending(monkeypatch, caplog, fault):
    def fail(*args):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(chain, "digest", fail)
        record(Action.VIEWED, number=1)
    assert "events wait to enter" in caplog.text
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1
    record(Action.VIEWED, number=2)
    assert logged_numbers() == [1, 2]
    assert chain_is_intact()


def test_failed_head_update_rolls_back_the_event(monkeypatch):
    """Otherwise an event is stored that the head does not cover."""

    def save(head, **options):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(ChainHead, "save", save)
        record(Action.VIEWED, number=1)
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1
    assert chain_is_intact()


def test_events_stay_pending_while_the_head_is_missing():
    ChainHead.objects.all().delete()
    record(Action.VIEWED, number=1)
    assert not Event.objects.exists()
    assert PendingEvent.objects.count() == 1


def test_hash_covers_values_as_the_database_returns_them(user_with_text_pk):
    """The admin passes primary keys as text, and JSON has no numeric keys."""
    record(Action.CHANGED, user_with_text_pk, number=1, counts={10: "a", 9: ("b",)})
    (event,) = Event.objects.all()
    assert event.owner_id == 7
    assert event.detail == {"number": 1, "counts": {"10": "a", "9": ["b"]}}
    assert chain_is_intact()


@pytest.fixture
def user_with_text_pk(django_user_model):
    return django_user_model(pk="7")
