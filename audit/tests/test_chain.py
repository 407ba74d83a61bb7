"""The log cannot be changed unnoticed: it proves who saw a patient's photographs."""

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


def tamper(statement, *values):
    """Run SQL with the triggers removed, as the owner of the database could."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    triggers.install(connection)


def verify(*arguments):
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as exit_:
        return exit_.code, out.getvalue()
    return 0, out.getvalue()


def test_untouched_log_verifies_and_has_no_gap(log):
    code, output = verify()
    assert code == 0
    assert "10 events, whole" in output
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
def test_altered_event_is_reported(log, change):
    tamper(f"UPDATE audit_event SET {change} WHERE id = 4")
    assert verify() == (1, "WRONG  event 4 was altered\n")


def test_missing_event_is_reported(log):
    tamper("DELETE FROM audit_event WHERE id = 4")
    assert verify() == (1, "WRONG  event 4 is missing\n")


def test_renumbering_does_not_hide_a_missing_event(log):
    tamper("DELETE FROM audit_event WHERE id = 4")
    tamper("UPDATE audit_event SET id = id - 1 WHERE id > 4 AND id = 5")
    assert verify() == (1, "WRONG  event 4 was altered\n")


def test_swapped_events_are_reported(log):
    tamper("UPDATE audit_event SET id = 100 WHERE id = 4")
    tamper("UPDATE audit_event SET id = 4 WHERE id = 5")
    tamper("UPDATE audit_event SET id = 5 WHERE id = 100")
    assert verify()[1] == "WRONG  event 4 was altered\n"


def test_truncated_log_is_reported(log):
    tamper("DELETE FROM audit_event WHERE id > 7")
    assert verify() == (1, "WRONG  event 8 is missing\n")


def test_truncated_log_with_a_rewritten_head_is_reported(log):
    """The head's seal is keyed: it cannot be forged with database access alone."""
    seventh = log[6]
    tamper("DELETE FROM audit_event WHERE id > 7")
    tamper("UPDATE audit_head SET last = 7, hash = %s", seventh.hash)
    assert verify() == (1, "WRONG  the head was altered\n")
    record(Action.LOGIN)
    assert verify()[1] == "WRONG  the head was altered\n", "a later event does not repair it"


def test_restored_old_log_is_detected_by_since_only(log):
    """A complete restore of an old state is detected only with an end that was noted elsewhere."""
    end = str(ChainHead.objects.get())
    old_head = ChainHead.objects.values().get()
    for _more in range(3):
        record(Action.LOGIN)
    chain.flush_pending()
    later_end = str(ChainHead.objects.get())
    tamper("DELETE FROM audit_event WHERE id > 10")
    ChainHead.objects.filter(pk=1).update(**old_head)
    assert verify()[0] == 0
    assert verify("--since", end)[0] == 0
    assert verify("--since", later_end)[0] == 1
    with pytest.raises(CommandError):
        verify("--since", "nonsense")


@pytest.mark.parametrize("place", [11, 0])
def test_inserted_event_is_reported(log, place):
    """A copy of a genuine event, at the end or before the beginning."""
    columns = ", ".join(field.column for field in Event._meta.fields if field.name != "id")
    tamper(f"INSERT INTO audit_event (id, {columns}) SELECT {place}, {columns} FROM audit_event "
        "WHERE id = 3")  # fmt: skip
    assert verify()[1].startswith(f"WRONG  event {place} was inserted")


@pytest.mark.parametrize("query_number", range(5))
@pytest.mark.parametrize("pruned", [False, True])
def test_concurrent_events_and_pruning_are_no_fault(log, query_number, pruned):
    """A false alarm every night is soon ignored: an event, or a pruning, arrives after any one of
    the queries that `verify` runs."""
    statements = []

    def interleave(execute, statement, values, many, context):
        result = execute(statement, values, many, context)
        statements.append(statement)
        if len(statements) == query_number + 1:
            record(Action.LOGIN)
            chain.flush_pending()
            if pruned:
                chain.prune(log[3].moment)
        return result

    with connection.execute_wrapper(interleave):
        assert chain.verify()[1] is None
    assert len(statements) > query_number


def test_missing_head_is_reported(log):
    tamper("DELETE FROM audit_head")
    record(Action.LOGIN)  # the page still works, and the event stays pending
    assert verify() == (1, "WRONG  the head is missing\n")
    assert PendingEvent.objects.count() == 1


def test_verification_with_another_key_fails(log, settings):
    settings.AUDIT_KEY = "somebody else's"
    assert verify()[0] == 1


def test_gap_across_batches_is_reported(log, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 3)
    record(Action.LOGIN)
    assert verify()[0] == 0
    tamper("DELETE FROM audit_event WHERE id IN (4, 5, 6, 7)")
    assert verify()[1] == "WRONG  event 4 is missing\n"


def test_models_refuse_changes_and_deletions(log):
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
def test_database_refuses_changes_and_deletions(log, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Event.objects.count() == 10


def test_event_of_a_rolled_back_transaction_is_not_logged(db):
    with transaction.atomic():
        record(Action.LOGIN)
        transaction.set_rollback(True)
    chain.flush_pending()
    assert not Event.objects.exists()


def test_pruned_log_still_verifies(db, settings):
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
    tamper("DELETE FROM audit_event WHERE id = 4")
    assert verify()[1] == "WRONG  event 4 is missing\n"


def test_forged_pruned_through_is_reported(log):
    """Moving pruned_through by hand allows deletions, but breaks the seal."""
    ChainHead.objects.filter(pk=1).update(pruned_through=4, pruned_hash=log[3].hash)
    connection.cursor().execute("DELETE FROM audit_event WHERE id <= 4")
    assert verify() == (1, "WRONG  the head was altered\n")


def test_prune_refuses_a_log_that_does_not_verify(log, settings):
    settings.AUDIT_RETENTION_DAYS = 0
    tamper("UPDATE audit_event SET actor_id = 99 WHERE id = 4")
    with pytest.raises(SystemExit):
        call_command("prune_audit", stdout=StringIO())
    assert Event.objects.count() == 10


def test_admin_is_read_only(log, client, superuser):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/audit/event/").status_code == 200
    assert client.get("/admin/audit/event/3/change/").status_code == 200
    assert client.post("/admin/audit/event/3/change/", {"actor_id": 9}).status_code == 403
    assert client.get("/admin/audit/event/add/").status_code == 403
    assert client.post("/admin/audit/event/3/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/audit/waiting/").status_code == 404
