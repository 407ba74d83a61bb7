"""Events from many threads at once; then somebody tries to change and to delete them."""

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
    seconds = _tell(threads, each)
    refused, asked = _attack()
    head, fault = chain.verify()
    told = list(Event.objects.values_list("detail", flat=True))
    return {
        "refused": refused == asked,
        "fault": fault,
        "last": head.last,
        "waiting": PendingEvent.objects.count(),
        "once": len({(one["thread"], one["number"]) for one in told}) == len(told),
        "rolled_back": sum(one["number"] % 8 == 7 for one in told),
        "rate": round(len(told) / seconds),
    }


def emptied_and_migrated():
    """What `verify_audit` prints of what was written; when it was flushed; after the app's
    migrations went back and forth."""
    written = _verify_audit()
    call_command("flush", interactive=False, verbosity=0)
    emptied = _verify_audit()
    call_command("migrate", "audit", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    return {"written": written, "emptied": emptied, "migrated": _verify_audit()}


def _verify_audit():
    output = StringIO()
    call_command("verify_audit", stdout=output)
    return output.getvalue()


def _tell(threads, each):
    together = threading.Barrier(threads)

    def tell(thread):
        together.wait()
        for number in range(each):
            if number % 4 == 3:  # as a change does
                with transaction.atomic():
                    record(Action.CHANGED, thread=thread, number=number)
                    transaction.set_rollback(number % 8 == 7)
            else:  # as a page does
                record(Action.VIEWED, thread=thread, number=number)
        connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(tell, range(threads)))
    return time.monotonic() - began


def _attack():
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
