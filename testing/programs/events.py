"""Records events from many threads at once, then tries to change and to delete them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import chain
from audit.models import Event, PendingEvent
from audit.trail import Action, record


def main(threads, each):
    seconds = record_concurrently(threads, each)
    refused, attempted = tamper()
    head, fault = chain.verify()
    details = list(Event.objects.values_list("detail", flat=True))
    return {
        "refused": refused == attempted,
        "fault": fault,
        "last": head.last,
        "pending": PendingEvent.objects.count(),
        "unique": len({(detail["thread"], detail["number"]) for detail in details}) == len(details),
        "rolled_back": sum(detail["number"] % 8 == 7 for detail in details),
        "rate": round(len(details) / seconds),
    }


def addresses():
    """The client addresses of all events."""
    return sorted({str(address) for address in Event.objects.values_list("address", flat=True)})


def verify_after_flush_and_migrations():
    """The output of `verify_audit` for the recorded events, after a flush, and after the app's
    migrations were reversed and applied again."""
    after_recording = verify_audit_output()
    call_command("flush", interactive=False, verbosity=0)
    after_flush = verify_audit_output()
    call_command("migrate", "audit", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    return {"recorded": after_recording, "flushed": after_flush, "migrated": verify_audit_output()}


def verify_audit_output():
    output = StringIO()
    call_command("verify_audit", stdout=output)
    return output.getvalue()


def record_concurrently(threads, each):
    barrier = threading.Barrier(threads)

    def record_events(thread):
        barrier.wait()
        for number in range(each):
            if number % 4 == 3:  # within a transaction, as a change is
                with transaction.atomic():
                    record(Action.CHANGED, thread=thread, number=number)
                    transaction.set_rollback(number % 8 == 7)
            else:  # without a transaction, as a page view is
                record(Action.VIEWED, thread=thread, number=number)
        connection.close()

    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(record_events, range(threads)))
    return time.monotonic() - started


def tamper():
    """(how many statements were refused, how many there were)."""
    statements = ["UPDATE audit_event SET actor_id = 1", "DELETE FROM audit_event"]
    if connection.vendor == "postgresql":
        statements.append("TRUNCATE audit_event")
    refused = 0
    for statement in statements:
        try:
            with transaction.atomic():
                connection.cursor().execute(statement)
        except DatabaseError as error:
            refused += "append-only" in str(error)
    return refused, len(statements)
