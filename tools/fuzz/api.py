"""The API, fuzzed by its own schema: `script/fuzz-api` runs it.

Schemathesis asks every operation of a real server, as doctor, patient, newcomer (signed in, with
no record and a full gallery) and stranger (not signed in), and holds each answer against the
schema: no 500, no status that is not written there, no body that is not as written. Two of its
rules are left out: a file that the schema calls binary is refused unless it is a picture, and a
query that says too much is answered.
"""

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.request import Request, urlopen

from tools.servers import postgres, web

PASSWORD = secrets.token_hex(8)
CAST = ("doctor", "patient", "newcomer", "stranger")
LEFT_OUT = "positive_data_acceptance,negative_data_rejection"
QUIET = {
    "DJANGO_SETTINGS_MODULE": "tools.fuzz.settings",
    "LOGIN_RATE": "1000000/min",
    "SHARE_RATE": "1000000/hour",
    "LOG_LEVEL": "ERROR",
}
# What there is to find: everybody's own, and somebody else's. Prints the ids.
FILL = """
import json
from accounts.models import User
from testing.cast import upload
from annotations import w3c
from annotations.services import add_annotation
from annotations.shapes import Kind, Shape
from consultations import bin, services
from consultations.comparing.services import create_comparison
from consultations.measuring.measurements import add_measurement
from consultations.measuring.scales import set_scale
from consultations.models import Consultation, ConsultationImage, Device, Lesion, Patient
from gallery.services.images import submit_image
from gallery.models import StorageQuota
made = {name: User.objects.create_user(f"{name}@fuzz.example", PASSWORD, role=role) for name, role
        in dict(doctor="doctor", other="doctor", patient="patient", newcomer="patient").items()}
ids = {name: [] for name in ("annotations", "binned", "comparisons", "consultations",
                             "consultation_images", "images", "lesions", "measurements",
                             "patients", "shares")}
ids["devices"] = [Device.objects.create(name="Dermatoscope", field_mm=20).pk]
LINE = [[10, 20], [210, 20]]
DRAWN = w3c.Content(Shape(Kind.LINE, ((10, 20), (210, 20))), text="Margin")
LYING = {"a": 1, "b": 0, "x": 0, "y": 0}
for doctor in (made["doctor"], made["other"]):
    owner = made["patient"] if doctor == made["doctor"] else None
    record = Patient.objects.create(full_name=doctor.email, created_by=doctor, user=owner)
    ids["patients"].append(record.pk)
    for number in range(1, 5):
        one = Lesion.objects.create(patient=record, label=f"L{number}", laterality="left")
        ids["lesions"].append(one.pk)
    for seed in range(6):
        at = Consultation.objects.create(doctor=doctor, patient=record)
        image, _ = services.add_image(
            consultation=at, user=doctor, upload=upload(seed=seed), lesion=one)
        ids["consultations"].append(at.pk)
        ids["consultation_images"].append(image.pk)
        set_scale(image=image.pk, user=doctor, method="ruler", points=LINE, millimetres=20)
        for _ in range(2):
            row = add_measurement(image=image.pk, user=doctor, kind="length", points=LINE)
            ids["measurements"].append(row.pk)
            row = add_annotation(image=image.pk, user=doctor, content=DRAWN)
            ids["annotations"].append(row.pk)
    for number in range(3):
        panes = [{"image": key, "transform": LYING} for key in ids["consultation_images"][-2:]]
        kept = create_comparison(patient=record, user=doctor, panes=panes, name="Forearm")
        ids["comparisons"].append(kept.pk)
    for seed in range(6, 10):
        image, _ = services.add_image(consultation=at, user=doctor, upload=upload(seed=seed))
        ids["binned"] += bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk))
for user in made.values():
    for seed in range(6):
        image, _ = submit_image(
            user=user, upload=upload(seed=seed), engine="lesion", tag_names=["a", "b"])
        ids["images"].append(str(image.pk))
StorageQuota.objects.filter(user=made["newcomer"]).update(image_limit=6)  # a gallery that is full
print(json.dumps(ids))
"""


def arguments():
    parser = argparse.ArgumentParser(prog="script/fuzz-api", description=__doc__)
    parser.add_argument("--seed", type=int, help="the number of an earlier run, to repeat it")
    parser.add_argument("--examples", type=int, default=30, help="for an operation (default: 30)")
    parser.add_argument("--as", choices=CAST, action="append", dest="cast", help="(default: all)")
    parser.add_argument("--short", action="store_true", help="as the suite runs it")
    parser.add_argument("--postgresql", action="store_true", help="on one of its own")
    parser.add_argument("--database", metavar="URL", help="a migrated, empty database to fill")
    parser.add_argument("--only", metavar="PATH", help="a path of the schema, to look closer")
    return parser.parse_args()


@contextmanager
def practice(database, migrated=False):
    """A server, a worker and a few people's images. Yields its base URL, the file of its schema
    and the ids. A database that is migrated already was sealed with the SECRET_KEY of this
    process's environment."""
    with tempfile.TemporaryDirectory() as folder, database as url:
        quiet = QUIET | ({"DATABASE_URL": url} if url else {})
        quiet |= {"SECRET_KEY": os.environ["SECRET_KEY"]} if migrated else {}
        environment = web.environment(folder, **quiet)
        if not migrated:
            web.manage(environment, "migrate", "-v0")
        fill = f"PASSWORD = {PASSWORD!r}\n{FILL}"
        told = web.manage(environment, "shell", "-v0", "-c", fill, stdout=subprocess.PIPE)
        port = web.free_port()
        with web.served(environment, port, workers=2):
            command = [sys.executable, "manage.py", "worker", "--no-reload", "--interval=1"]
            worker = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            try:
                base = f"http://127.0.0.1:{port}"
                yield base, schema_of(base, folder), json.loads(told.stdout)
            finally:
                worker.terminate()
                worker.wait(60)


def schema_of(base, folder):
    """The file of the schema, as the server tells it: Schemathesis itself waits ten seconds at most
    for it, too short on a busy machine."""
    question = Request(f"{base}/api/schema", headers={"Accept": "application/json"})
    with urlopen(question, timeout=120) as answer:
        file = Path(folder, "schema.json")
        file.write_bytes(answer.read())
    return file


def ask(base, schema, ids, person, options, seed):
    """Schemathesis's exit status and what it printed."""
    # What is at the edges of the schema is much the same for everybody.
    phases = "fuzzing" if options.short and person != CAST[0] else "examples,coverage,fuzzing"
    command = [
        Path(sys.executable).parent / "schemathesis",
        *("run", schema, "--url", base, "--no-color", "--phases", phases),
        *("--seed", str(seed), "--max-examples", str(options.examples)),
        "--request-timeout=60",  # on a busy machine, the first answer takes a while
        *("--exclude-checks", LEFT_OUT, "--header", "Accept: application/json"),
        *("--generation-database", "none", "--warnings", "off", "--continue-on-failure"),
        *(("--include-path", options.only) if options.only else ()),
    ]
    email = None if person == "stranger" else f"{person}@fuzz.example"
    told = {
        "SCHEMATHESIS_HOOKS": "tools.fuzz.api_hooks",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "FUZZ_API": json.dumps({"base": base, "email": email, "ids": ids}),
        "FUZZ_PASSWORD": PASSWORD,
    }
    done = subprocess.run(
        command, env=os.environ | told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout


def main():
    options = arguments()
    seed = random.randrange(2**31) if options.seed is None else options.seed
    wrong = []
    database = postgres.cluster() if options.postgresql else nullcontext(options.database)
    with practice(database, migrated=bool(options.database)) as (base, schema, ids):
        for person in options.cast or CAST:
            status, said = ask(base, schema, ids, person, options, seed)
            print(f"\nAs {person}, seed {seed}\n{said}", flush=True)
            if status:
                wrong.append(person)
    print(f"script/fuzz-api: seed {seed}, findings as: {', '.join(wrong) or 'nobody'}.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
