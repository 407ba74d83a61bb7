"""The rows of `pages --against`, and what each page asks the database. Standard input of a Python
in the tree to be measured, old or new: it imports the application alone, by names that stay.

Prints JSON: {"session": …, "pages": {page: {"path": …, "statements": n}}, "thumbnails": [name, …]}.
"""

import json
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from consultations.models import Consultation, ConsultationImage, Patient  # noqa: E402
from gallery.models import ImageTag, StorageQuota, Tag, UserImage  # noqa: E402

VISITS = (24, 8, 8, 8)  # images: the first is the consultation that is measured
OTHERS = 10  # short visits of somebody else, for the lists at home
# Of two more patients: images, and lesions where the tree knows any.
FOLLOWED = {"patient, 50 images": (50, 4), "patient, 500 images": (500, 40)}
AT_A_VISIT = 10  # images of theirs
LONG_AGO = 400  # days, at least: the lists at home do not show these visits
GALLERY = 60  # images, of which a page shows 48
SITES = ("70559009", "36141000", "699893008", "47224004", "")
TYPES = ("macro", "overview", "primary_lesion", "dermoscopy")
TAKEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CAMERA = {
    "file_size": 3_210_000,
    "mime_type": "image/jpeg",
    "width": 4032,
    "height": 3024,
    "camera_model": "Apple iPhone 15 Pro",
    "exposure": 0.002,
}


def photographs(visit, first, count):
    """Images of one visit; some are soft, one is the primary one, some have a text."""
    rows = []
    for number in range(first, first + count):
        stem = f"20261114T094200_{number:08x}-0000-4000-8000-{number:012x}"
        kind = TYPES[number % len(TYPES)]
        rows.append(
            ConsultationImage(
                consultation=visit,
                patient_id=visit.patient_id,
                doctor_id=visit.doctor_id,
                consultation_date=visit.date,
                uploaded_by_id=visit.doctor_id,
                original=f"{stem}.jpg",
                display=f"{stem}.jpg",
                thumbnail=f"{stem}.webp",
                original_filename=f"IMG_{number:04}.JPG",
                sha256=f"{number:064x}",
                image_type=kind,
                dermoscopic_type="polarized_contact" if kind == "dermoscopy" else "",
                body_site=SITES[number % len(SITES)],
                description="Réseau pigmentaire régulier, bord net." if number % 3 == 0 else "",
                is_primary=number == first,
                sharpness=0.6 if number % 8 == 5 else 0.9,
                captured_at=TAKEN + timedelta(minutes=number),
                captured_offset=60,
                captured_from="original",
                **CAMERA,
            )
        )
    ConsultationImage.objects.bulk_create(rows)
    return [row.thumbnail.name for row in rows]


def record_of(doctor):
    """A patient with four visits, and others of somebody else. Returns (visit, thumbnails)."""
    day, visits, names = timezone.localdate(), [], []
    patient, other = (
        Patient.objects.create(
            full_name=name, birth_date="1974-05-06", sex="F", phototype=2, created_by=doctor
        )
        for name in ("Jeanne Moreau", "Paul Lefèvre")
    )
    plan = [(patient, count) for count in VISITS] + [(other, 6)] * OTHERS
    for number, (who, count) in enumerate(plan):
        # Two are today's; the patient's own visits lie between the others'.
        visit = Consultation.objects.create(
            doctor=doctor,
            patient=who,
            date=day - timedelta(days=max(0, number - 1)),
            reason="Contrôle d’un nævus",
            status=("in_progress", "follow_up", "closed")[number % 3],
            images_taken=True,
        )
        names += photographs(visit, number * 100, count)
        visits.append(visit)
    return visits[0], names[: VISITS[0]]


def followed(doctor, first, images, lesions):
    """A patient of so many images, whose numbers begin at `first`. Where the tree knows lesions,
    each image shows one. Returns the patient's key."""
    day = timezone.localdate() - timedelta(days=LONG_AGO)
    patient = Patient.objects.create(
        full_name=f"Alice {images}", birth_date="1960-01-02", created_by=doctor
    )
    for number in range(0, images, AT_A_VISIT):
        visit = Consultation.objects.create(
            doctor=doctor, patient=patient, date=day - timedelta(days=number), images_taken=True
        )
        photographs(visit, first + number, AT_A_VISIT)
    try:
        from consultations.models import Lesion
    except ImportError:
        return patient.pk
    made = [
        Lesion.objects.create(patient=patient, label=f"L{number}", body_site=SITES[number % 4])
        for number in range(1, lesions + 1)
    ]
    for number, image in enumerate(ConsultationImage.objects.filter(patient=patient)):
        ConsultationImage.objects.filter(pk=image.pk).update(lesion=made[number % lesions])
    return patient.pk


def cut_out(stem):
    """The two files of a cut-out, under the names that this tree has for them."""
    names = {field.name for field in UserImage._meta.fields}
    former = "processed" in names
    return {
        "processed" if former else "cutout": f"{stem}_processed.png",
        "cutout" if former else "cutout_thumbnail": f"{stem}_cutout.webp",
    }


def gallery_of(user):
    """Sixty images: most are ready, some failed, one waits; favourites and tags among them."""
    tag = Tag.objects.create(user=user, name="suivi", key="suivi")
    images = []
    for number in range(GALLERY):
        status = "queued" if number == GALLERY - 1 else "failed" if number % 10 == 0 else "ready"
        stem = f"{user.pk}/{number:08x}-0000-4000-8000-{number:012x}"
        images.append(
            UserImage(
                id=f"{number:08x}-0000-4000-8000-{number:012x}",
                user=user,
                original=f"{stem}_original.jpg",
                display=f"{stem}_display.jpg",
                thumbnail=f"{stem}_thumb.webp",
                **(cut_out(stem) if status == "ready" else {}),
                original_filename=f"IMG_{number:04}.JPG",
                sha256=f"{number:064x}",
                title=f"Image {number}",
                search_key=f"image {number}",
                is_favorite=number % 7 == 0,
                status=status,
                error="gave_up" if status == "failed" else "",
                due_at=timezone.now() + timedelta(days=1) if status == "queued" else None,
                quality=("excellent", "good", "fair")[number % 3] if status == "ready" else "",
                stored_bytes=9_000_000,
                source_bytes=3_220_000,
                sharpness=0.9,
                **CAMERA,
            )
        )
    UserImage.objects.bulk_create(images)
    ImageTag.objects.bulk_create(ImageTag(tag=tag, image=image) for image in images[::5])
    StorageQuota.objects.of(user.pk)
    StorageQuota.objects.filter(user=user).update(image_count=GALLERY, image_limit=2 * GALLERY)


def statements(client, path):
    """SQL statements of a page that has been asked for before."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return len(asked)


doctor = User.objects.create_user("bench@example.org", full_name="Dr Bench", role="doctor")
visit, thumbnails = record_of(doctor)
gallery_of(doctor)
client = Client(SERVER_NAME="127.0.0.1")
client.force_login(doctor, "django.contrib.auth.backends.ModelBackend")
paths = {
    "consultation, 24 images": f"/consultations/{visit.pk}/",
    "patient, 48 images": f"/patients/{visit.patient_id}/",
    "gallery, 48 images": "/gallery/",
    "home": "/",
}
for number, (page, sizes) in enumerate(FOLLOWED.items(), start=1):
    paths[page] = f"/patients/{followed(doctor, 10_000 * number, *sizes)}/"
told = {
    name: {"path": path, "statements": statements(client, path)} for name, path in paths.items()
}
session = client.cookies["sessionid"].value
print(json.dumps({"session": session, "pages": told, "thumbnails": thumbnails}))
