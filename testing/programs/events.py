"""Records events from many threads at once, then tries to change and to delete them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

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
