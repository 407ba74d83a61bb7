"""The demo record: three logins, a handful of patients, a year of consultations, drawn skin."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from tools import phantoms
from tools.phantoms import Lesion

from . import lesions, marks, measuring

PASSWORD = "dermaai-demo"
CAMERAS = {
    "phone": ("Apple", "iPhone 15 Pro"),
    "camera": ("Canon", "Canon EOS R7"),
    "dermoscope": ("FotoFinder", "medicam 1000"),
}
PARIS_GPS = (48.8566, 2.3522)  # written so that its removal can be seen


@dataclass(frozen=True)
class Shot:
    """One photograph: what is drawn and what the clinician says about it."""

    view: str  # macro, dermoscopy or overview
    lesion: Lesion
    image_type: str
    site: str
    side: str = ""
    camera: str = "phone"
    format: str = "JPEG"
    note: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Visit:
    days_ago: int
    reason: str
    diagnosis: str
    notes: str
    status: str
    shots: tuple[Shot, ...]


def followed(lesion, site, side="", note=""):
    """The same lesion as it is taken at every visit: close up, then through the dermoscope."""
    return (
        Shot("macro", lesion, "primary_lesion", site, side, primary=True, note=note),
        Shot("dermoscopy", lesion, "dermoscopy", site, side, camera="dermoscope"),
    )


FOREARM, UPPER_BACK, CHEEK, CALF = (
    "70559009",
    "699893008",
    "36141000",
    "47224004",
)
_ATYPICAL = Lesion(11, "atypical", 6.0)
_NAEVUS = Lesion(23, "naevus", 4.5)
_MELANOMA = Lesion(37, "melanoma", 7.0)
_KERATOSIS = Lesion(41, "seborrhoeic", 9.0)
_CARCINOMA = Lesion(53, "basal_cell", 5.0)
_ANGIOMA = Lesion(67, "angioma", 3.0)

RECORD = (
    (
        {
            "full_name": "Marie Lefèvre",
            "birth_date": date(1972, 3, 4),
            "sex": "F",
            "file_number": "20418",
            "phototype": 2,
            "login": True,
        },
        (
            Visit(
                362,
                "Contrôle annuel des nævus",
                "Nævus atypique, surveillance",
                "Asymétrie discrète, réseau régulier. Revoir à quatre mois, même éclairage.",
                "closed",
                (
                    *followed(_ATYPICAL, FOREARM, "left"),
                    Shot("overview", _NAEVUS, "overview", UPPER_BACK, camera="camera"),
                ),
            ),
            Visit(
                236,
                "Contrôle d’un nævus de l’avant-bras gauche",
                "Nævus atypique, surveillance",
                "Bord inférieur plus net, diamètre à peine plus grand.",
                "closed",
                followed(replace(_ATYPICAL, growth=0.3), FOREARM, "left"),
            ),
            Visit(
                118,
                "Contrôle d’un nævus de l’avant-bras gauche",
                "Nævus atypique, discrète extension",
                "Extension à 2 h. Contrôle rapproché.",
                "follow_up",
                followed(replace(_ATYPICAL, growth=0.6), FOREARM, "left"),
            ),
            Visit(
                0,
                "Contrôle d’un nævus de l’avant-bras gauche",
                "Nævus atypique, exérèse à discuter",
                "Asymétrie de structure, réseau irrégulier en périphérie. RCP demandée.",
                "in_progress",
                (
                    *followed(
                        replace(_ATYPICAL, growth=1.0),
                        FOREARM,
                        "left",
                        "Réseau pigmentaire irrégulier, extension à 2 h.",
                    ),
                    Shot("macro", _NAEVUS, "macro", UPPER_BACK, format="HEIF"),
                    Shot("overview", _NAEVUS, "overview", UPPER_BACK, camera="camera"),
                ),
            ),
        ),
    ),
    (
        {
            "full_name": "Karim Benali",
            "birth_date": date(1958, 9, 21),
            "sex": "M",
            "file_number": "20977",
            "phototype": 4,
        },
        (
            Visit(
                64,
                "Lésion du dos découverte par l’épouse",
                "Suspicion de mélanome",
                "Exérèse programmée en urgence.",
                "closed",
                followed(_MELANOMA, UPPER_BACK),
            ),
            Visit(
                1,
                "Contrôle de cicatrice",
                "Suites simples",
                "",
                "in_progress",
                (Shot("macro", _ANGIOMA, "post_treatment", UPPER_BACK, primary=True),),
            ),
        ),
    ),
    (
        {
            "full_name": "Jeanne Morel",
            "birth_date": date(1941, 12, 2),
            "sex": "F",
            "file_number": "19003",
            "phototype": 1,
        },
        (
            Visit(
                29,
                "Lésion perlée de la joue",
                "Carcinome basocellulaire probable",
                "Biopsie réalisée.",
                "follow_up",
                followed(_CARCINOMA, CHEEK, "right"),
            ),
        ),
    ),
    (
        {
            "full_name": "Aminata Diallo",
            "birth_date": date(1989, 6, 15),
            "sex": "F",
            "file_number": "21550",
            "phototype": 6,
        },
        (
            Visit(
                12,
                "Lésion pigmentée du mollet",
                "Kératose séborrhéique",
                "Rassurer.",
                "closed",
                followed(_KERATOSIS, CALF, "left"),
            ),
        ),
    ),
    (
        {"full_name": "Hugo Martin", "birth_date": date(2001, 1, 30), "sex": "M", "phototype": 3},
        (Visit(2, "Angiomes du bras", "", "", "in_progress", ()),),
    ),
)


def is_empty():
    return not User.objects.exists() and not Patient.objects.exists()


def _draw(seed, shot, scale, phototype, taken_at, gps):
    """One file as a camera would write it, and what is to be measured in it (`marks.Marks`). Runs
    in a process of its own."""
    size = (2400, 1800) if shot.primary else (1600, 1200)
    size = (round(size[0] * scale), round(size[1] * scale))
    if shot.view == "overview":
        lesions = [Lesion(seed + n, "naevus", 4 + n) for n in range(4)]
        picture = phantoms.overview(seed, size=size, phototype=phototype, lesions=lesions)
    elif shot.view == "dermoscopy":
        picture = phantoms.dermoscopy(seed, size=size, phototype=phototype, lesion=shot.lesion)
    else:
        ruler = shot.primary and marks.ruler_of(seed)
        picture = phantoms.macro(
            seed, size=size, phototype=phototype, lesion=shot.lesion, ruler=ruler
        )
    make, model = CAMERAS[shot.camera]
    data = phantoms.encode(
        picture,
        shot.format,
        taken_at=taken_at,
        offset=f"{taken_at:%z}"[:3] + ":00",
        make=make,
        model=model,
        orientation=6 if shot.camera == "phone" and shot.format == "JPEG" else 1,
        gps=gps,
    )
    return data, marks.of(seed, shot, size)


def make(patients=RECORD, scale=1):
    """Create everything. Call it on an empty database only (`is_empty`). Pictures are up to 2400
    pixels wide, times `scale`."""
    doctor = User.objects.create_user(
        "doctor@demo.example", PASSWORD, full_name="Dr Claire Rousseau", role="doctor"
    )
    patient = User.objects.create_user(
        "patient@demo.example", PASSWORD, full_name="Marie Lefèvre", role="patient"
    )
    User.objects.create_superuser("staff@demo.example", PASSWORD, full_name="Sam Petit")
    jobs, pictures, measured = [], [], []
    with ProcessPoolExecutor() as pool:
        for number, (person, visits) in enumerate(patients):
            login = person.get("login", False)
            fields = {name: value for name, value in person.items() if name != "login"}
            record = Patient.objects.create(
                created_by=doctor, user=patient if login else None, **fields
            )
            for visit in visits:
                day = timezone.localdate() - timedelta(days=visit.days_ago)
                consultation = Consultation.objects.create(
                    doctor=doctor,
                    patient=record,
                    date=day,
                    reason=visit.reason,
                    diagnosis=visit.diagnosis,
                    review_on=day + timedelta(days=28) if visit.status == "follow_up" else None,
                    diagnosis_released=visit.status == "closed",
                    notes=visit.notes,
                    status=visit.status,
                )
                for shot_number, shot in enumerate(visit.shots):
                    clock = time(9, 12 + number * 7 + shot_number * 2)
                    taken = timezone.make_aware(datetime.combine(day, clock))
                    taken = min(taken, timezone.localtime() - timedelta(minutes=9 - shot_number))
                    seed = number * 1000 + visit.days_ago * 10 + shot_number
                    gps = PARIS_GPS if shot.camera == "phone" else None
                    job = pool.submit(_draw, seed, shot, scale, record.phototype or 2, taken, gps)
                    jobs.append((consultation, shot, taken, job))
        for count, (consultation, shot, taken, job) in enumerate(jobs, start=1):
            data, placed = job.result()
            image, _created = services.add_image(
                consultation=consultation,
                user=doctor,
                upload=SimpleUploadedFile(_file_name(shot, count), data),
                image_type=shot.image_type,
                dermoscopic_type="contact_polarized" if shot.view == "dermoscopy" else "",
                body_site=shot.site,
                laterality=shot.side,
                description=shot.note,
                is_primary=shot.primary,
            )
            added = min(taken + timedelta(minutes=2), timezone.now())
            ConsultationImage.objects.filter(pk=image.pk).update(created_at=added)
            pictures.append((image, shot))
            measured.append((image, placed))
    lesions.make(pictures, doctor)
    measuring.make(measured, doctor)


def _file_name(shot, count):
    extension = "HEIC" if shot.format == "HEIF" else "JPG"
    return {
        "dermoscope": f"medicam_{count:05}.jpg",
        "camera": f"_MG_{3100 + count}.{extension}",
    }.get(shot.camera, f"IMG_{4800 + count}.{extension}")
