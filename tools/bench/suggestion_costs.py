"""`python -m tools.bench.suggestion_costs`: what suggestions cost while somebody types, and the
API's search for the same words, among a hundred thousand patients on the database of DATABASE_URL;
as JSON.

Both through every middleware, signed in by the session, in turn; of the API, the page that it gives
by itself.
"""

import json
import sys
from functools import partial

from .name_costs import LOOKED_FOR, PATIENTS, in_turn, milliseconds, practice

ROUNDS, WARMING = 25, 2
VISITED = 10  # one patient in so many has been seen, and photographed
TYPED = LOOKED_FOR | {
    "three letters": "dup",
    "a date of birth": "6.5.1974",
    "run together": "jeanp",
}


def visits_of(doctor):
    """A visit with one photograph for some of the patients. No blob exists."""
    from consultations.models import Consultation, ConsultationImage, Patient

    chosen = Patient.objects.order_by("pk").values_list("pk", flat=True)[::VISITED]
    visits = Consultation.objects.bulk_create(
        [
            Consultation(
                doctor=doctor, patient_id=key, date="2026-06-01", reason="–", images_taken=True
            )
            for key in chosen
        ],
        batch_size=2000,
    )
    ConsultationImage.objects.bulk_create(
        [
            ConsultationImage(
                consultation=visit,
                patient_id=visit.patient_id,
                doctor_id=doctor.pk,
                consultation_date=visit.date,
                uploaded_by=doctor,
                original=f"{visit.pk:032x}.jpg",
                display=f"{visit.pk:032x}.jpg",
                thumbnail=f"{visit.pk:032x}.webp",
                original_filename="IMG.JPG",
                sha256=f"{visit.pk:064x}",
                file_size=3_210_000,
                mime_type="image/jpeg",
                width=4032,
                height=3024,
            )
            for visit in visits
        ],
        batch_size=500,
    )


def asked(client, address, words):
    """Milliseconds of an answer."""
    answers = []
    took = milliseconds(lambda: answers.append(client.get(address, {"q": words})))
    if answers[0].status_code != 200:
        raise SystemExit(f"{address}: {answers[0].status_code}")
    return took


def main():
    doctor = practice("core.search")
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from consultations.models import Patient

    Patient.objects.filter(full_name__endswith=" 42").update(birth_date="1974-05-06")
    visits_of(doctor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("patient", "consultation", "consultationimage"):
                cursor.execute(f"VACUUM ANALYZE consultations_{table}")
        else:
            cursor.execute("ANALYZE")
    client = Client()
    client.force_login(doctor, "django.contrib.auth.backends.ModelBackend")
    places = reverse("patient_suggestions"), reverse("api-patient-list")
    costs = {
        what: in_turn([partial(asked, client, place, words) for place in places], ROUNDS, WARMING)
        for what, words in TYPED.items()
    }
    json.dump({"costs": costs, "patients": PATIENTS}, sys.stdout)


if __name__ == "__main__":
    main()
