"""Rows of one patient and one consultation, a million in seconds: names only, no blob exists."""

from datetime import date

from django.db import connection

from accounts.models import User
from consultations.models import Consultation, ConsultationImage, Patient

SITES = ("70559009", "36141000", "699893008", "47224004", "")
TYPES = ("macro", "overview", "primary_lesion")

# What differs from row to row, of a number `n`.
VARIES = {
    "sqlite": {
        "name": "printf('20261114T094200_%032x', n)",
        "sha256": "printf('%064x', n)",
        "created": "datetime(1700000000 + n / 2 * 7, 'unixepoch')",
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM numbers"
        " WHERE n < %s)",
    },
    "postgresql": {
        "name": "'20261114T094200_' || lpad(to_hex(n), 32, '0')",
        "sha256": "lpad(to_hex(n), 64, '0')",
        "created": "to_timestamp(1700000000 + n / 2 * 7)",
        "numbers": "WITH numbers(n) AS (SELECT * FROM generate_series(%s, %s))",
    },
}


def owner():
    """(doctor, consultation): a patient with one long consultation among short ones."""
    doctor = User.objects.create_user("bench@example.org", full_name="Dr Bench", role="doctor")
    patient = Patient.objects.create(full_name="Bench Patient", created_by=doctor)
    consultation = Consultation.objects.create(
        doctor=doctor, patient=patient, date=date(2026, 6, 1), images_taken=True
    )
    return doctor, consultation


def fill(consultation, first, last):
    """Images number `first` to `last` of the consultation."""
    varies = VARIES[connection.vendor]
    created = varies["created"]
    chosen = {
        "original": f"{varies['name']} || '.jpg'",
        "display": f"{varies['name']} || '.jpg'",
        "thumbnail": f"{varies['name']} || '.webp'",
        "original_filename": "'IMG_' || n || '.JPG'",
        "sha256": varies["sha256"],
        "body_site": choice(SITES),
        "image_type": choice(TYPES),
        "captured_at": created,
        "timeline_key": created,
        "created_at": created,
        "updated_at": created,
    }
    given = {
        "file_size": 3_210_000,
        "mime_type": "image/jpeg",
        "width": 4032,
        "height": 3024,
        "captured_offset": 60,
        "camera_model": "Apple iPhone 15 Pro",
        "sharpness": 0.031,
        "exposure": 0.002,
        "laterality": "",
        "description": "Réseau pigmentaire régulier, bord net.",
        "uploaded_by": consultation.doctor_id,
        "consultation": consultation.pk,
        "patient": consultation.patient_id,
        "doctor": consultation.doctor_id,
        "consultation_date": consultation.date,
    }
    insert(ConsultationImage, chosen, given, first, last)


def insert(model, chosen, given, first, last):
    """Rows number `first` to `last` of a table: `chosen` columns by SQL of the number `n`, `given`
    ones all the same, the others their default."""
    varies = VARIES[connection.vendor]
    columns, values, params = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.name not in chosen:
            continue
        columns.append(field.column)
        if field.name in chosen:
            values.append(chosen[field.name])
        else:
            values.append("%s")
            value = given.get(field.name, field.get_default())
            params.append(field.get_db_prep_save(value, connection))
    table = model._meta.db_table
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {table} ({', '.join(columns)}) {varies['numbers']}"
        select = f" SELECT {', '.join(v.replace('%0', '%%0') for v in values)} FROM numbers"
        cursor.execute(statement + select, [first, last, *params])
        if connection.vendor == "postgresql":  # which does it by itself, a minute later
            cursor.execute(f"VACUUM ANALYZE {table}")


def visits(consultation, count, images):
    """Short consultations around the long one, so that pages cross from one to the next."""
    for number in range(count):
        day = date(2024 + number % 5, 1 + number % 12, 3)
        visit = Consultation.objects.create(
            doctor=consultation.doctor, patient=consultation.patient, date=day
        )
        fill(visit, number * images + 1, (number + 1) * images)


def choice(of):
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(of))
    return f"CASE n % {len(of)} {cases} END".replace("n % ", "n %% ")
