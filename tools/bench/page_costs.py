"""`python -m tools.bench.page_costs`: what pages cost on the database of DATABASE_URL, as JSON.

The child of `bench.pages`: it migrates, fills, and asks for the real pages as a doctor who is
signed in, through every middleware.
"""

import json
import os
import re
import statistics
import sys
import time
from contextlib import ExitStack
from unittest import mock

import django

SIZES = (1_000, 100_000, 1_000_000)
VISITS, IMAGES_A_VISIT = 24, 4
ROUNDS = 9
HTMX = {"HX-Request": "true"}


class Watch:
    """The statements of one page, and what its reads cost when they are asked again. What it writes
    is an event of the audit log, whose cost stands in the page's."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append((sql, params))
        return execute(sql, params, many, context)

    def reads(self):
        for sql, params in self.statements:
            if sql.startswith("SELECT") and "FOR UPDATE" not in sql and "audit_" not in sql:
                yield sql, params

    def again(self, connection):
        """(seconds, of them waiting for another process). Much work is done by fetching."""
        with connection.cursor() as cursor:
            began, ours = time.perf_counter(), time.process_time()
            for sql, params in self.reads():
                cursor.execute(sql, params)
                cursor.fetchall()
            took, ours = time.perf_counter() - began, time.process_time() - ours
            return took, max(0, took - ours) if connection.vendor != "sqlite" else 0


def no_storage(stack):
    """Whoever asks the storage while a page renders fails the benchmark."""
    from django.conf import settings
    from django.core.files.storage import storages

    for container in settings.CONTAINERS:
        for method in ("open", "exists", "size", "listdir", "chunks", "get_modified_time"):
            failing = mock.Mock(side_effect=AssertionError("a round trip to the storage"))
            stack.enter_context(mock.patch.object(storages[container], method, failing))


def gallery_urls(user):
    """The same of a gallery: as it is, narrowed down, and from the other end."""
    from gallery.filters import GalleryFilter
    from gallery.models import UserImage
    from gallery.views.grid import IMAGES

    from .gallery_rows import COMMON

    class Request:
        pass

    Request.user, found = user, {}
    for name, chosen in {
        "gallery": {},
        "gallery, oldest first": {"ordering": "created_at"},
        "gallery, favorites": {"favorite": "true"},
        "gallery, a status": {"status": "failed"},
        "gallery, a tag": {"tag": COMMON},
        "gallery, a word": {"q": "image"},
    }.items():
        asked = GalleryFilter(chosen, UserImage.objects.visible_to(user), request=Request)
        sign = "" if asked.ascending else "-"
        ordered = asked.qs.order_by(*(f"{sign}{key}" for key in asked.page_keys))
        ordered = ordered.values_list("pk", flat=True)
        found |= places(name, "/gallery/", chosen, ordered, IMAGES)
    return found


def places(name, path, chosen, ordered, page):
    """{(name, which): (path, query)} of the first page of a grid and of those behind it."""
    total = ordered.count()
    found = {(name, "first"): (path, chosen)}
    at = {"second": page}
    if total > 3 * page:
        at["middle"] = total // 2
    at["last"] = max(total - page, 1)
    for which, place in at.items():
        if place < total:
            found[name, which] = (path, chosen | {"before": ordered[place - 1]})
    return found


def urls(consultation):
    """{(page, which): URL}: `first`, and those that a grid fetches while it is scrolled."""
    from consultations.models import ConsultationImage
    from consultations.ordering import BY_VISIT, IN_ORDER, descending
    from consultations.views.consultations import IMAGES
    from consultations.views.patients import IMAGES as PATIENTS

    all_images = ConsultationImage.objects.filter(patient=consultation.patient)
    grids = {"consultation": ("/consultations/%d/", consultation.images, IN_ORDER, {}, IMAGES)}
    for name, chosen in {
        "patient": {},
        "patient, a site": {"site": "36141000"},
        "patient, a type": {"type": "macro"},
        "patient, site and type": {"site": "36141000", "type": "macro"},
    }.items():
        column = {"site": "body_site", "type": "image_type"}
        images = all_images.filter(**{column[key]: value for key, value in chosen.items()})
        grids[name] = ("/patients/%d/", images, BY_VISIT, chosen, PATIENTS)
    found = {}
    for name, (path, images, keys, chosen, page) in grids.items():
        of = consultation if name == "consultation" else consultation.patient
        path %= of.pk
        ordered = images.order_by(*descending(keys)).values_list("pk", flat=True)
        found |= places(name, path, chosen, ordered, page)
    return found


def measure(client, asked):
    """{"page|which": {ms, database_ms, statements, counts, tiles}} of medians.

    A page costs the CPU of this process and the wait for the database's: on a machine where others
    work too, the clock would tell of them.
    """
    from django.db import connection

    taken = {key: [] for key in asked}
    for number in range(ROUNDS + 2):  # the first two warm up
        for key, (path, query) in asked.items():
            watch = Watch()
            with connection.execute_wrapper(watch):
                began = time.process_time()
                response = client.get(path, query, headers=HTMX if key[2] else {})
                seconds = time.process_time() - began
            if number >= 2:
                database, waited = watch.again(connection)
                taken[key].append((seconds + waited, database))
            if number == 1:
                body = response.content.decode()
                facts = (
                    response.status_code,
                    len(watch.statements),
                    sum(
                        bool(re.search(r"\bCOUNT\(|\bOFFSET\b", sql)) for sql, _ in watch.statements
                    ),
                    len(re.findall(r"data-(?:viewer-item|item=)", body)),
                )
                taken[key[:2]] = facts
    results = {}
    for (page, which, _part), rounds in [(k, v) for k, v in taken.items() if len(k) == 3]:
        status, statements, counts, tiles = taken[page, which]
        if status != 200:
            raise AssertionError(f"{page}, {which}: {status}")
        results[f"{page}|{which}"] = {
            "ms": statistics.median(r[0] for r in rounds) * 1000,
            "database_ms": statistics.median(r[1] for r in rounds) * 1000,
            "statements": statements,
            "counts": counts,
            "tiles": tiles,
        }
    return results


def of_grids(found):
    """What a browser asks while it scrolls is a part of a page."""
    return {(*key, True): url for key, url in found.items()}


def records():
    """(user, rows to fill, what to ask): a patient with one long consultation."""
    from . import rows

    doctor, consultation = rows.owner()
    rows.visits(consultation, VISITS, IMAGES_A_VISIT)

    def asked():
        whole = {
            ("patient", "whole page", False): (f"/patients/{consultation.patient_id}/", {}),
            ("consultation", "whole page", False): (f"/consultations/{consultation.pk}/", {}),
        }
        return of_grids(urls(consultation)) | whole

    path = f"/api/v1/consultations/{consultation.pk}/images"
    return doctor, lambda first, last: rows.fill(consultation, first, last), asked, path


def gallery():
    """The same of a gallery."""
    from . import gallery_rows

    user = gallery_rows.owner()

    def asked():
        return of_grids(gallery_urls(user)) | {("gallery", "whole page", False): ("/gallery/", {})}

    return user, lambda first, last: gallery_rows.fill(user, first, last), asked, "/api/v1/gallery"


def api_pages(client, path, total):
    """Of the API's numbered pages, ms: the contract has a total, and pages by OFFSET."""
    taken = {}
    for number in range(5):
        for which, page in (("first", 1), ("last", -(-total // 24))):
            began = time.perf_counter()
            response = client.get(path, {"page": page})
            seconds = time.perf_counter() - began
            if response.status_code != 200 or response.json()["total"] != total:
                raise AssertionError(f"API page {page}: {response.status_code}")
            if number:
                taken.setdefault(which, []).append(seconds * 1000)
    return {which: statistics.median(times) for which, times in taken.items()}


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench.settings"
    django.setup()
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    user, fill, asked, api = {"records": records, "gallery": gallery}[sys.argv[1]]()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    done, results, filling = 0, {}, 0.0
    for size in SIZES:
        began = time.perf_counter()
        fill(done + 1, size)
        filling, done = filling + time.perf_counter() - began, size
        with ExitStack() as stack:
            no_storage(stack)
            results[size] = measure(client, asked())
        results[size]["api"] = api_pages(client, api, size)
    json.dump({"filling": filling, "sizes": results}, sys.stdout)


if __name__ == "__main__":
    main()
