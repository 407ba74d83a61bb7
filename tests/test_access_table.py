"""What every named route answers to each role. A route without rows here fails a test.

The answers are HTTP statuses; pages answer 302 (to the login) to visitors who are not signed in.
"""

import hashlib
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from annotations import w3c
from annotations.services import add_annotation
from annotations.shapes import Kind, Shape
from consultations import bin, services
from consultations.comparing.services import create_comparison
from consultations.measuring.measurements import add_measurement
from consultations.measuring.scales import set_scale
from consultations.models import ConsultationImage, Device
from gallery.models import Share, UserImage
from testing.cast import upload

from .access_table import ACTORS, TABLE

pytestmark = [pytest.mark.alike, pytest.mark.long]
# Routes that need a processed image.
NEEDS_READY = (
    *("gallery_share", "api-userimage-shares", "api-userimage-outline"),
    *("shared", "shared_image", "shared_original"),
)
TOKEN = "of-the-access-table"
UPLOADS = {("api-consultation-images", "post"), ("api-remove-background", "post")}


def subject_of(route):
    """`patient` of `patient_list`, `api-image` of `api-image-scale`."""
    return re.match("(api-)?[a-z]+", route)[0]


# {subject: [(route, method)]}
SUBJECTS = {
    subject: list(rows)
    for subject, rows in groupby(
        sorted(TABLE, key=lambda row: subject_of(row[0])), lambda row: subject_of(row[0])
    )
}


def named_routes(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from named_routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name


@pytest.fixture
def share(user_image):
    return Share.objects.create(
        image=user_image,
        token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(hours=1),
    )


@pytest.fixture
def binned(consultation, doctor):
    """In the doctor's bin."""
    made, _created = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=9)
    )
    bin.put_away_images(ConsultationImage.objects.filter(pk=made.pk))
    return made


LINE = {"points": [[10, 20], [210, 20]]}
ANNOTATION = {
    "type": "Annotation",
    "target": {"selector": {"type": "FragmentSelector", "value": "xywh=pixel:10,20,30,40"}},
}
RULER = LINE | {"method": "ruler", "millimetres": 20}


@pytest.fixture
def measurement(image, doctor):
    set_scale(image=image.pk, user=doctor, **RULER)
    return add_measurement(image=image.pk, user=doctor, kind="length", **LINE)


@pytest.fixture
def device():
    return Device.objects.create(name="Dermatoscope", field_mm=20)


@pytest.fixture
def annotation(image, doctor):
    line = w3c.Content(Shape(Kind.LINE, ((10, 20), (210, 20))))
    return add_annotation(image=image.pk, user=doctor, content=line)


@pytest.fixture
def other_image(consultation, doctor):
    made, _created = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=8)
    )
    return made


@pytest.fixture
def panes(image, other_image):
    """Of a comparison, as the API takes them."""
    lying = {"a": 1, "b": 0, "x": 0, "y": 0}
    return [{"image": one.pk, "transform": lying} for one in (image, other_image)]


@pytest.fixture
def comparison(record, doctor, panes):
    return create_comparison(patient=record, user=doctor, panes=panes, name="Forearm")


@pytest.fixture
def arguments(
    record,
    consultation,
    image,
    lesion,
    binned,
    measurement,
    annotation,
    user_image,
    share,
    comparison,
):
    name = image.original.name
    return {
        "gallery_image": [user_image.pk],
        "gallery_share": [user_image.pk],
        "gallery_attach": [user_image.pk],
        "gallery_share_revoke": [share.pk],
        "gallery_from_consultation": [image.pk],
        "share": [share.pk],
        "shared": [TOKEN],
        "shared_image": [TOKEN],
        "shared_original": [TOKEN],
        "patient": [record.pk],
        "comparison": [comparison.pk],
        "consultation": [consultation.pk],
        "image": [image.pk],
        "lesion": [lesion.pk],
        "lesion_list": [record.pk],
        "lesion_create": [record.pk],
        "bin": [binned.pk],
        "measurement": [measurement.pk],
        "annotation": [annotation.pk],
        "userimage": [user_image.pk],
        "gallery_image_delete": [user_image.pk],
        "gallery_file": [user_image.pk, "original"],
        "image_file": [image.pk, "display"],
        "gallery_retry": [user_image.pk],
        "media": ["originals", name],
        "password_reset_confirm": ["x", "y"],
    }


@pytest.fixture
def bodies(record, image, user_image, consultation, binned, panes, device):
    """Valid bodies: only permissions are tested here."""
    ids = {"ids": [str(user_image.pk)]}
    return {
        ("gallery_download", "post"): ids,
        ("compare", "get"): {"images": ",".join(str(pane["image"]) for pane in panes)},
        ("api-patient-comparisons", "post"): {"name": "x", "panes": panes},
        ("api-comparison-detail", "patch"): {"name": "x"},
        ("api-alignment", "post"): {"first": panes[0]["image"], "second": panes[1]["image"]},
        ("api-images", "patch"): {"ids": [image.pk]},
        ("api-images", "delete"): {"ids": [image.pk]},
        ("api-images-move", "post"): {"ids": [image.pk], "consultation": consultation.pk},
        ("api-images-restore", "post"): {"ids": [binned.pk]},
        ("api-images-download", "post"): {"ids": [image.pk]},
        ("images_download", "post"): {"ids": [image.pk]},
        ("images_move", "post"): {"consultation": consultation.pk, "ids": [image.pk]},
        ("bin_selected", "post"): {"action": "erase", "ids": [binned.pk]},
        ("api-gallery", "patch"): ids,
        ("api-gallery", "delete"): ids,
        ("api-gallery-restore", "post"): ids,
        ("api-gallery-download", "post"): ids,
        ("api-patient-list", "post"): {"full_name": "Somebody New"},
        ("api-consultation-list", "post"): {"patient": record.pk},
        ("api-patient-detail", "patch"): {"phone": "1"},
        ("api-consultation-detail", "patch"): {"reason": "x"},
        ("api-image-detail", "patch"): {"description": "x"},
        ("api-patient-lesions", "post"): {"body_site": "113179006"},
        ("api-lesion-detail", "patch"): {"status": "excised"},
        ("api-image-scale", "post"): RULER,
        ("api-image-ticks", "post"): LINE,
        ("api-image-field", "post"): {"device": device.pk},
        ("api-image-measurements", "post"): LINE | {"kind": "length"},
        ("api-image-annotations", "post"): ANNOTATION,
        ("api-annotation-detail", "put"): ANNOTATION,
        ("gallery_share", "post"): {"lifetime": "1h"},
        ("api-userimage-shares", "post"): {"lifetime": "1h"},
        ("api-userimage-attach", "post"): {"consultation": consultation.pk},
        ("api-userimage-outline", "put"): {"outline": [[[0, 0], [9, 0], [9, 9]]]},
    }


def path_of(route, arguments):
    key = next(
        (k for k in arguments if route == k),
        route.removeprefix("api-").split("_")[0].split("-")[0],
    )
    list_suffixes = ("_list", "_create", "_selected", "_suggestions", "-list")
    needs_arguments = route in arguments or (key in arguments and not route.endswith(list_suffixes))
    return reverse(route, args=arguments[key] if needs_arguments else [])


def send_request(client, route, method, path, bodies):
    if (route, method) in UPLOADS:
        return client.post(path, {"file": upload(seed=2)})
    if route.startswith("api-") and method != "get":
        body = bodies.get((route, method), {})
        return getattr(client, method)(path, body, content_type="application/json")
    return getattr(client, method)(path, bodies.get((route, method)))


@contextmanager
def undone():
    """What is written while in this context is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answers_to(people, route, method, arguments, bodies):
    """{actor: status} of one row of the table."""
    path, answers = path_of(route, arguments), {}
    if route in NEEDS_READY:
        UserImage.objects.update(status="ready", due_at=None, cutout="x.png")
    for actor, user in people.items():
        client = Client()
        with undone():
            if user is not None:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            response = send_request(client, route, method, path, bodies)
        answers[actor] = response.status_code
        redirected_to_login = response.status_code == 302 and user is None
        if redirected_to_login and route not in ("logout", "login_code", "admin_login"):
            assert response["Location"].startswith(reverse("login")), f"{route}: it leads back"
            assert path in response["Location"] or route == "home", route
    return answers


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_route_answers_each_role_as_listed(subject, request, arguments, bodies):
    """All roles, and the routes of a subject, share one scene: what each request writes is rolled
    back before the next."""
    people = {actor: request.getfixturevalue(actor) for actor in ACTORS}
    rows, answers = SUBJECTS[subject], {}
    for route, method in rows:
        with undone():
            answers[route, method] = answers_to(people, route, method, arguments, bodies)
    assert answers == {row: dict(zip(ACTORS, TABLE[row], strict=True)) for row in rows}


def test_every_named_route_is_in_the_table():
    missing = set(named_routes()) - {route for route, _ in TABLE} - {None}
    assert not missing, f"add rows for {sorted(missing)}"


def test_every_route_has_a_name():
    assert None not in set(named_routes())
