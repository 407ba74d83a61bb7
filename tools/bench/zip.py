"""script/bench zip: a hundred originals as one ZIP, streamed as a WSGI server would."""

import json
import os
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

import django

from .children import child
from .report import Report

FILES, SIZE, ROUNDS = 100, 4_000_000, 5
CPU, MEMORY = 1.4, 16  # × of reading and CRC; MiB
BLOCK = 1024 * 1024


def memory(what):
    """VmRSS (now) or VmHWM (at most) of this process, MiB."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if what in line) / 1024


def store():
    """A consultation of `FILES` originals in the embedded default."""
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    from consultations.models import ConsultationImage
    from imaging import storage

    from . import rows

    call_command("migrate", verbosity=0)
    _doctor, consultation = rows.owner()
    rows.fill(consultation, 1, FILES)
    for image in consultation.images.all():
        name = storage.put("originals", image.original.name, ContentFile(os.urandom(SIZE)))
        ConsultationImage.objects.filter(pk=image.pk).update(original=name, file_size=SIZE)


def read(paths):
    """The least that a stored ZIP needs: every byte read, and its CRC."""
    block = bytearray(BLOCK)
    view = memoryview(block)
    for path in paths:
        crc = 0
        with open(path, "rb", buffering=0) as file:
            while count := file.readinto(block):
                crc = zlib.crc32(view[:count], crc)


def stream(client, consultation):
    response = client.get(f"/api/v1/consultations/{consultation.pk}/images/download-all")
    size = sum(len(chunk) for chunk in response)
    response.close()
    if response.status_code != 200 or size < FILES * SIZE:
        raise AssertionError(f"{response.status_code}, {size} bytes")


def measure():
    from django.test import Client

    from consultations.models import Consultation

    consultation = Consultation.objects.select_related("doctor").get()
    doctor = consultation.doctor
    paths = [Path(image.original.path) for image in consultation.images.all()]
    client = Client()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/api/v1/consultations")  # what is imported with the first request is not the ZIP's
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins anew
    before = memory("VmRSS")
    stream(client, consultation)
    grown = memory("VmHWM") - before
    taken = {"zip": [], "read": []}
    for _ in range(ROUNDS):
        for name, call in (
            ("zip", lambda: stream(client, consultation)),
            ("read", lambda: read(paths)),
        ):
            began = time.process_time()
            call()
            taken[name].append(time.process_time() - began)
    cpu = {name: statistics.median(times) for name, times in taken.items()}
    return {"grown": grown, **cpu}


def tell():
    with tempfile.TemporaryDirectory(prefix="dermaai-bench-") as folder:
        url = f"sqlite:///{folder}/db.sqlite3"
        # Two processes: memory that storing left behind would hide what streaming takes.
        child("tools.bench.zip", "store", DATABASE_URL=url, DERMAAI_DATA=folder)
        found = child("tools.bench.zip", "measure", DATABASE_URL=url, DERMAAI_DATA=folder)
    report = Report("ZIP")
    report.text(
        f"{FILES} originals of {SIZE / 1e6:.0f} MB on the embedded default, through "
        f"`download-all`, iterated as a WSGI server does. Medians of {ROUNDS} turns."
    )
    report.table(
        ("", "CPU, s"),
        [
            ("ZIP, streamed", f"{found['zip']:.2f}"),
            ("the same files read, and their CRC", f"{found['read']:.2f}"),
        ],
    )
    report.goals(
        [
            ("ZIP: CPU / reading and CRC", found["zip"] / found["read"], CPU),
            ("ZIP: memory that it takes at most, MiB", found["grown"], MEMORY),
        ]
    )
    report.finish()


if __name__ == "__main__":
    if sys.argv[1:]:
        os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench.settings"
        django.setup()
        json.dump({"store": store, "measure": measure}[sys.argv[1]](), sys.stdout)
    else:
        tell()
