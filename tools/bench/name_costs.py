"""`python -m tools.bench.name_costs`: what it costs to save a patient and to look for one among a
hundred thousand, on the database of DATABASE_URL, with the folding of names and with the former; as
JSON."""

import json
import os
import statistics
import sys
import time
from functools import partial
from importlib import import_module
from itertools import product
from types import SimpleNamespace
from unittest import mock

import django

PATIENTS, SAVES = 100_000, 50
ROUNDS = {"save": 101, "search": 25}
FORENAMES = (
    "Marie",
    "Jean-Pierre",
    "Søren",
    "Łukasz",
    "Zoé",
    "Đức",
    "Işık",
    "Anna",
    "Omar",
    "Ольга",
)
SURNAMES = ("Dupont", "Lefèvre", "O’Brien", "Al-Masri", "Petit", "Strauß", "Nguyễn", "Martin")
LOOKED_FOR = {
    "a word": "dupont",
    "two words": "marie lefevre",
    "an accent": "Lefèvre",
    "a hyphen": "jean-pierre",
    "an apostrophe": "o'brien",
    "a letter of its own": "søren",
    "a file number": "2026-00420",
    "nobody": "zzz",
}


def filled(doctor, former):
    """Patients with the keys of the former folding."""
    from consultations.models import Patient

    names = [" ".join(pair) for pair in product(FORENAMES, SURNAMES)]
    rows = []
    for number in range(PATIENTS):
        name, file = f"{names[number % len(names)]} {number % 977}", f"2026-{number:05}"
        key = former.search_key(name, file)
        rows.append(Patient(full_name=name, file_number=file, search_key=key, created_by=doctor))
    Patient.objects.bulk_create(rows, batch_size=2000)


def turns(former, measured, rounds):
    """Milliseconds, medians of rounds in which each has its turn: [the former folding on the
    connection as it was, the former folding, this one]."""
    from django.db import connection

    from core import search

    was, now = {
        "postgresql": ("SET jit = on", "SET jit = off"),
        "sqlite": ("PRAGMA cache_size = -2000", "PRAGMA cache_size = -32000"),
    }[connection.vendor]

    def way(one, connected):
        connection.cursor().execute(connected)
        with (
            mock.patch("consultations.models.patient.search_key", one.search_key),
            mock.patch("consultations.models.patient.matching_words", one.matching_words),
        ):
            return milliseconds(measured)

    ways = [(former, was), (former, now), (search, now)]
    return in_turn([partial(way, *each) for each in ways], rounds)


def in_turn(acts, rounds, warming=0):
    """Medians of what each act returns, which has its turn in every round: from one end, then from
    the other."""
    took = [[] for _ in acts]
    for number in range(warming + rounds):
        for which in range(len(acts))[:: 1 if number % 2 else -1]:
            found = acts[which]()
            if number >= warming:
                took[which].append(found)
    return [statistics.median(each) for each in took]


def milliseconds(act):
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def practice(folding):
    """The doctor of the patients, in a database that is migrated; `folding` is the module that
    makes their keys."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tools.bench.settings")
    django.setup()
    from django.core.management import call_command

    from accounts.models import User

    call_command("migrate", verbosity=0)
    doctor = User.objects.create_user("bench@example.org", full_name="Dr Bench", role="doctor")
    filled(doctor, import_module(folding))
    return doctor


def main():
    doctor = practice("tools.bench.former_folding")
    from django.apps import apps
    from django.db import connection, transaction

    from consultations.models import Patient

    from . import former_folding as former

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE consultations_patient")
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    began = time.perf_counter()
    fold(apps, SimpleNamespace(connection=connection))
    rewriting = time.perf_counter() - began
    some = list(Patient.objects.order_by("pk")[:SAVES])

    def save():
        with transaction.atomic():
            for patient in some:
                patient.save()

    costs = {"save": [ms / SAVES for ms in turns(former, save, ROUNDS["save"])]}
    for what, words in LOOKED_FOR.items():

        def look(words=words):
            found = Patient.objects.visible_to(doctor).search(words)
            return found.count(), list(found[:30])

        costs[f"search: {what}"] = turns(former, look, ROUNDS["search"])
    json.dump({"costs": costs, "rewriting": rewriting, "patients": PATIENTS}, sys.stdout)


if __name__ == "__main__":
    main()
