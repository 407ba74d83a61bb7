"""The log cannot be changed unnoticed. Lost would be: proof of who saw a patient's photographs."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit import chain, triggers
from audit.models import AppendOnlyError, ChainHead, Event, PendingEvent
from audit.trail import Action, record


@pytest.fixture
def log(db):
    """Ten events."""
    for number in range(10):
        record(Action.LOGIN, number=number)
    chain.flush_pending()
    return Event.objects.order_by("id")


def sql(statement, *values):
    """By hand, past the triggers: what somebody does who owns the database."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    triggers.install(connection)


def verify(*arguments):
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_an_untouched_log_is_whole_and_numbered_without_a_gap(log):
    code, told = verify()
    assert code == 0
    assert "10 events, whole" in told
    assert [event.id for event in log] == list(range(1, 11)), "numbered without a gap"
    assert not PendingEvent.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 99",
        "action = 'logout'",
        "address = '10.0.0.1'",
        "moment = '2020-01-01 00:00:00'",
        "detail = '{}'",
        "patient_id = 5",
        "hash = previous",
    ],
)
def test_an_altered_event_is_named(log, change):
    sql(f"UPDATE audit_event SET {change} WHERE id = 4")
    assert verify() == (1, "WRONG  event 4 was altered\n")


def test_a_missing_event_is_named(log):
    sql("DELETE FROM audit_event WHERE id = 4")
    assert verify() == (1, "WRONG  event 4 is missing\n")


def test_renumbering_does_not_hide_a_missing_event(log):
    sql("DELETE FROM audit_event WHERE id = 4")
    sql("UPDATE audit_event SET id = id - 1 WHERE id > 4 AND id = 5")
    assert verify() == (1, "WRONG  event 4 was altered\n")


def test_events_that_changed_places_are_found(log):
    sql("UPDATE audit_event SET id = 100 WHERE id = 4")
    sql("UPDATE audit_event SET id = 4 WHERE id = 5")
    sql("UPDATE audit_event SET id = 5 WHERE id = 100")
    assert verify()[1] == "WRONG  event 4 was altered\n"


def test_a_tail_that_was_cut_off_is_missed(log):
    sql("DELETE FROM audit_event WHERE id > 7")
    assert verify() == (1, "WRONG  event 8 is missing\n")


def test_tail_cut_off_and_head_put_back(log):
    """The head's seal has a key: whoever puts it back cannot make it."""
    seventh = log[6]
    sql("DELETE FROM audit_event WHERE id > 7")
    sql("UPDATE audit_head SET last = 7, hash = %s", seventh.hash)
    assert verify() == (1, "WRONG  the head was altered\n")
    record(Action.LOGIN)
    assert verify()[1] == "WRONG  the head was altered\n", "and no later event makes it good"


def test_whole_log_put_back(log):
    """The one thing that only an end noted elsewhere finds."""
    noted = str(ChainHead.objects.get())
    former = ChainHead.objects.values().get()
    for _more in range(3):
        record(Action.LOGIN)
    chain.flush_pending()
    later = str(ChainHead.objects.get())
    sql("DELETE FROM audit_event WHERE id > 10")
    ChainHead.objects.filter(pk=1).update(**former)
    assert verify()[0] == 0
    assert verify("--since", noted)[0] == 0
    assert verify("--since", later)[0] == 1
    with pytest.raises(CommandError):
        verify("--since", "nonsense")


@pytest.mark.parametrize("place", [11, 0])
def test_an_inserted_event_is_named(log, place):
    """Copied from a true one, at the end or before the beginning."""
    columns = ", ".join(field.column for field in Event._meta.fields if field.name != "id")
    sql(f"INSERT INTO audit_event (id, {columns}) SELECT {place}, {columns} FROM audit_event "
        "WHERE id = 3")  # fmt: skip
    assert verify()[1].startswith(f"WRONG  event {place} was inserted")


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("pruned", [False, True])
def test_work_that_goes_on_is_no_fault(log, after, pruned):
    """A nightly mail that cries wolf is soon not read: an event, or a pruning, after any one of the
    questions that `verify` asks."""
    asked = []

    def meanwhile(execute, statement, values, many, context):
        answer = execute(statement, values, many, context)
        asked.append(statement)
        if len(asked) == after + 1:
            record(Action.LOGIN)
            chain.flush_pending()
            if pruned:
                chain.prune(log[3].moment)
        return answer

    with connection.execute_wrapper(meanwhile):
        assert chain.verify()[1] is None
    assert len(asked) > after


def test_a_head_that_was_taken_away_is_missed(log):
    sql("DELETE FROM audit_head")
    record(Action.LOGIN)  # nobody's page breaks for it, and the event waits
    assert verify() == (1, "WRONG  the head is missing\n")
    assert PendingEvent.objects.count() == 1


def test_another_key_proves_nothing(log, settings):
    settings.AUDIT_KEY = "somebody else's"
    assert verify()[0] == 1


def test_verifying_in_batches_finds_a_gap_across_them(log, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 3)
    record(Action.LOGIN)
    assert verify()[0] == 0
    sql("DELETE FROM audit_event WHERE id IN (4, 5, 6, 7)")
    assert verify()[1] == "WRONG  event 4 is missing\n"


def test_models_refuse(log):
    event = log[0]
    for attempt in (
        event.save,
        event.delete,
        log.delete,
        lambda: log.update(actor_id=1),
        lambda: Event.objects.update(actor_id=1),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.create(id=99),
        lambda: Event.objects.bulk_create([event]),
        lambda: Event.objects.bulk_update([event], ["actor_id"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_id = 1 WHERE id = 1",
        "DELETE FROM audit_event WHERE id = 1",
        "DELETE FROM audit_event",
    ],
)
def test_database_refuses(log, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Event.objects.count() == 10


def test_rolled_back_leaves_nothing(db):
    with transaction.atomic():
        record(Action.LOGIN)
        transaction.set_rollback(True)
    chain.flush_pending()
    assert not Event.objects.exists()


def test_pruned_and_still_verified(db, settings):
    settings.AUDIT_RETENTION_DAYS = 365
    now = timezone.now()
    for age in (400, 380, 370, 10, 5):
        with time_machine.travel(now - timedelta(days=age), tick=False):
            record(Action.LOGIN, age=age)
    call_command("prune_audit", stdout=StringIO())
    assert [event.detail["age"] for event in Event.objects.order_by("id")] == [10, 5]
    assert verify()[0] == 0
    record(Action.LOGIN)
    assert "3 events, whole" in verify()[1]
    sql("DELETE FROM audit_event WHERE id = 4")
    assert verify()[1] == "WRONG  event 4 is missing\n"


def test_an_end_cut_off_behind_a_forged_floor(log):
    """A pruned_through moved by hand lets rows go, and breaks the seal."""
    ChainHead.objects.filter(pk=1).update(pruned_through=4, pruned_hash=log[3].hash)
    connection.cursor().execute("DELETE FROM audit_event WHERE id <= 4")
    assert verify() == (1, "WRONG  the head was altered\n")


def test_nothing_is_pruned_from_what_is_not_whole(log, settings):
    settings.AUDIT_RETENTION_DAYS = 0
    sql("UPDATE audit_event SET actor_id = 99 WHERE id = 4")
    with pytest.raises(SystemExit):
        call_command("prune_audit", stdout=StringIO())
    assert Event.objects.count() == 10


def test_admin_is_for_reading(log, client, superuser):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/audit/event/").status_code == 200
    assert client.get("/admin/audit/event/3/change/").status_code == 200
    assert client.post("/admin/audit/event/3/change/", {"actor_id": 9}).status_code == 403
    assert client.get("/admin/audit/event/add/").status_code == 403
    assert client.post("/admin/audit/event/3/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/audit/waiting/").status_code == 404
