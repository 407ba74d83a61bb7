"""Events from many threads at once are one chain, on both databases; and triggers hold on both."""

import json

import pytest

pytestmark = pytest.mark.long

THREADS, EACH = 4, 40
SCRIPT = """
import json, threading, time
from concurrent.futures import ThreadPoolExecutor
from django.db import DatabaseError, connection, transaction
from audit import chain
from audit.models import Event, Head, Waiting
from audit.trail import Action, record

together = threading.Barrier({threads})

def tell(thread):
    together.wait()
    for number in range({each}):
        if number % 4 == 3:  # as a change does
            with transaction.atomic():
                record(Action.CHANGED, thread=thread, number=number)
                transaction.set_rollback(number % 8 == 7)
        else:  # as a page does
            record(Action.VIEWED, thread=thread, number=number)
    connection.close()

began = time.monotonic()
with ThreadPoolExecutor({threads}) as pool:
    list(pool.map(tell, range({threads})))
seconds = time.monotonic() - began
refused = 0
statements = ["UPDATE audit_event SET actor_id = 1", "DELETE FROM audit_event"]
if connection.vendor == "postgresql":
    statements.append("TRUNCATE audit_event")
for statement in statements:
    try:
        with transaction.atomic():
            connection.cursor().execute(statement)
    except DatabaseError as error:
        refused += "append-only" in str(error)
head, fault = chain.verify()
told = list(Event.objects.values_list("detail", flat=True))
print(json.dumps({{
    "refused": refused == len(statements),
    "fault": fault,
    "last": head.last,
    "waiting": Waiting.objects.count(),
    "once": len({{(one["thread"], one["number"]) for one in told}}) == len(told),
    "rolled_back": sum(one["number"] % 8 == 7 for one in told),
    "rate": round(len(told) / seconds),
}}))
"""


def test_one_chain(install, database):
    """Lost would be: an event, or a chain that says it is broken when nobody touched it."""
    here = install(DATABASE_URL=database)
    told = json.loads(here.shell(SCRIPT.format(threads=THREADS, each=EACH)))
    assert "whole" in here.manage("verify_audit")
    # Back and forth again: with the triggers there, on both.
    here.manage("flush", "--no-input", "-v0")
    assert "0 events, whole" in here.manage("verify_audit")
    here.manage("migrate", "-v0", "audit", "zero")
    here.manage("migrate", "-v0")
    assert "0 events, whole" in here.manage("verify_audit")
    kept = THREADS * EACH * 7 // 8
    rate = told.pop("rate")
    assert rate > 10
    assert told == {
        "refused": True,
        "fault": None,
        "last": kept,
        "waiting": 0,
        "once": True,
        "rolled_back": 0,
    }
