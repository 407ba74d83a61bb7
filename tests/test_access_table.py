"""What every named route answers to each role. A route without rows here fails a test.

The answers are HTTP statuses; pages answer 302 (to the login) to visitors who are not signed in.
"""

import hashlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from consultations import services
from gallery.models import Share, UserImage
from testing.cast import upload

pytestmark = [pytest.mark.alike, pytest.mark.long]
ACTORS = ("doctor", "other_doctor", "patient", "other_patient", "staff", "stranger")
VIEW = (200, 404, 200, 404, 404, 302)  # pages that doctor and patient may view
CHANGE = (200, 404, 403, 404, 404, 302)  # pages that only the doctor may open
DOCTORS = (200, 200, 403, 403, 403, 302)  # pages for any doctor
API_VIEW = (200, 404, 200, 404, 404, 401)
API_CHANGE = (200, 404, 403, 404, 404, 401)
API_OWN = (200,) * 5 + (401,)  # every user's own gallery
API_OWNER = (200, 404, 404, 404, 404, 401)  # the doctor's gallery image
SIGNED_IN = (200,) * 5 + (302,)
OWNER = (200, 404, 404, 404, 404, 302)  # pages of the doctor's gallery image
ANYONE = (200,) * 6

# (route, method): the status for each of ACTORS. Bodies are valid, so that 2xx means permitted.
TABLE = {
    # pages
    ("home", "get"): (200, 200, 200, 200, 302, 302),
    ("patient_list", "get"): DOCTORS,
    ("patient_create", "get"): DOCTORS,
    ("patient_suggestions", "get"): DOCTORS,
    ("patient_detail", "get"): VIEW,
    ("patient_edit", "get"): CHANGE,
    ("patient_edit", "post"): CHANGE,
    ("patient_revisions", "get"): CHANGE,
    ("consultation_revisions", "get"): CHANGE,
    ("image_revisions", "get"): CHANGE,
    ("consultation_list", "get"): DOCTORS,
    ("consultation_create", "get"): DOCTORS,
    ("consultation_detail", "get"): VIEW,
    ("consultation_edit", "get"): CHANGE,
    ("consultation_edit", "post"): CHANGE,
    ("image_detail", "get"): VIEW,
    ("image_detail", "post"): CHANGE,
    ("image_delete", "get"): CHANGE,
    ("image_delete", "post"): (302, 404, 403, 404, 404, 302),
    ("image_file", "get"): (302, 404, 302, 404, 404, 302),  # to the signed URL
    ("image_audit", "get"): VIEW,
    ("audit", "get"): SIGNED_IN,
    # gallery: every user has one and sees only their own
    ("gallery", "get"): SIGNED_IN,
    ("gallery_progress", "get"): SIGNED_IN,
    ("gallery_selected", "post"): (302,) * 6,
    ("gallery_download", "post"): (200, 302, 302, 302, 302, 302),
    ("gallery_image", "get"): OWNER,
    ("gallery_image", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_file", "get"): (302, 404, 404, 404, 404, 302),
    ("gallery_image_delete", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_retry", "post"): (302, 404, 404, 404, 404, 302),
    # probes
    ("healthz", "get"): ANYONE,
    ("readyz", "get"): ANYONE,
    ("metrics", "get"): (404,) * 6,  # without METRICS_TOKEN
    # accounts
    ("login", "get"): ANYONE,
    ("login_code", "get"): (302,) * 6,  # no password was entered before
    ("admin_login", "get"): (403, 403, 403, 403, 302, 302),
    ("admin_password_change", "get"): SIGNED_IN,
    ("security", "get"): SIGNED_IN,
    ("second_factor", "get"): SIGNED_IN,
    ("second_factor_codes", "get"): (302,) * 6,  # not switched on yet
    ("second_factor_off", "get"): (302,) * 6,
    ("logout", "post"): (302,) * 6,
    ("profile", "get"): SIGNED_IN,
    ("password_change", "get"): SIGNED_IN,
    ("password_reset", "get"): ANYONE,
    ("password_reset_done", "get"): ANYONE,
    ("password_reset_confirm", "get"): ANYONE,
    ("password_reset_complete", "get"): ANYONE,
    ("javascript-catalog", "get"): ANYONE,
    # signed media: whoever holds the URL; unsigned, nobody
    ("media", "get"): (404,) * 6,
    # API
    ("api-token", "post"): (400,) * 6,
    ("api-token-refresh", "post"): (400,) * 6,
    ("api-token-blacklist", "post"): (400,) * 6,
    ("api-not-found", "get"): (404,) * 6,
    ("api-schema", "get"): ANYONE,
    ("api-docs", "get"): ANYONE,
    ("api-patient-list", "get"): (200, 200, 403, 403, 403, 401),
    ("api-patient-list", "post"): (201, 201, 403, 403, 403, 401),
    ("api-patient-detail", "get"): (200, 404, 403, 403, 403, 401),
    ("api-patient-detail", "patch"): (200, 404, 403, 403, 403, 401),
    ("api-consultation-list", "get"): (200,) * 5 + (401,),
    ("api-consultation-list", "post"): (201, 400, 403, 403, 403, 401),
    ("api-consultation-detail", "get"): API_VIEW,
    ("api-consultation-detail", "patch"): API_CHANGE,
    ("api-consultation-images", "get"): API_VIEW,
    ("api-consultation-images", "post"): (201, 404, 403, 404, 404, 401),
    ("api-consultation-download-all", "get"): API_VIEW,
    ("api-image-detail", "get"): API_VIEW,
    ("api-image-audit", "get"): API_VIEW,
    ("api-image-detail", "patch"): API_CHANGE,
    ("api-image-detail", "delete"): (204, 404, 403, 404, 404, 401),
    ("api-remove-background", "post"): (202,) * 5 + (401,),
    ("api-gallery", "get"): API_OWN,
    ("api-gallery", "patch"): API_OWN,
    ("api-gallery", "delete"): API_OWN,
    ("api-gallery-restore", "post"): API_OWN,
    ("api-gallery-download", "post"): API_OWNER,
    ("api-gallery-quota", "get"): API_OWN,
    ("api-gallery-tags", "get"): API_OWN,
    ("api-userimage-detail", "get"): API_OWNER,
    ("api-userimage-detail", "put"): API_OWNER,
    ("api-userimage-detail", "patch"): API_OWNER,
    ("api-userimage-detail", "delete"): (204, 404, 404, 404, 404, 401),
    ("api-userimage-retry", "post"): (202, 404, 404, 404, 404, 401),
    # links, statistics, and the buttons between the halves
    ("gallery_share", "get"): OWNER,
    ("gallery_share", "post"): OWNER,
    ("gallery_share_revoke", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_links", "get"): SIGNED_IN,
    ("gallery_links_revoke_all", "post"): (302,) * 6,
    ("gallery_statistics", "get"): SIGNED_IN,
    ("gallery_attach", "get"): (200, 404, 403, 403, 403, 302),
    ("gallery_attach", "post"): (200, 404, 403, 403, 403, 302),
    ("gallery_from_consultation", "post"): (302, 404, 302, 404, 404, 302),
    ("shared", "get"): ANYONE,  # whoever holds the link
    ("shared", "post"): ANYONE,
    ("shared_image", "get"): (404,) * 6,  # unsigned, nobody
    ("api-userimage-shares", "get"): API_OWNER,
    ("api-userimage-shares", "post"): (201, 404, 404, 404, 404, 401),
    ("api-share-list", "get"): API_OWN,
    ("api-share-list", "delete"): API_OWN,
    ("api-share-detail", "delete"): (204, 404, 404, 404, 404, 401),
    ("api-image-remove-background", "post"): (202, 404, 202, 404, 404, 401),
    ("api-userimage-attach", "post"): (201, 404, 403, 403, 403, 401),
}
# Routes that need a processed image.
NEEDS_READY = ("gallery_share", "api-userimage-shares", "shared", "shared_image")
TOKEN = "of-the-access-table"


UPLOADS = {("api-consultation-images", "post"), ("api-remove-background", "post")}


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
def arguments(record, consultation, image, user_image, share):
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
        "patient": [record.pk],
        "consultation": [consultation.pk],
        "image": [image.pk],
        "userimage": [user_image.pk],
        "gallery_image_delete": [user_image.pk],
        "gallery_file": [user_image.pk, "original"],
        "image_file": [image.pk, "display"],
        "gallery_retry": [user_image.pk],
        "media": ["originals", name],
        "password_reset_confirm": ["x", "y"],
    }


@pytest.fixture
def bodies(record, user_image, consultation):
    """Valid bodies: only permissions are tested here."""
    ids = {"ids": [str(user_image.pk)]}
    return {
        ("gallery_download", "post"): ids,
        ("api-gallery", "patch"): ids,
        ("api-gallery", "delete"): ids,
        ("api-gallery-restore", "post"): ids,
        ("api-gallery-download", "post"): ids,
        ("api-patient-list", "post"): {"full_name": "Somebody New"},
        ("api-consultation-list", "post"): {"patient": record.pk},
        ("api-patient-detail", "patch"): {"phone": "1"},
        ("api-consultation-detail", "patch"): {"reason": "x"},
        ("api-image-detail", "patch"): {"description": "x"},
        ("gallery_share", "post"): {"lifetime": "1h"},
        ("api-userimage-shares", "post"): {"lifetime": "1h"},
        ("api-userimage-attach", "post"): {"consultation": consultation.pk},
    }


def path_of(route, arguments):
    key = next(
        (k for k in arguments if route == k),
        route.removeprefix("api-").split("_")[0].split("-")[0],
    )
    list_suffixes = ("_list", "_create", "_suggestions", "-list")
    needs_arguments = key in arguments and not route.endswith(list_suffixes)
    return reverse(route, args=arguments[key] if needs_arguments else [])


def send_request(client, route, method, path, bodies):
    if (route, method) in UPLOADS:
        return client.post(path, {"file": upload(seed=2)})
    if route.startswith("api-") and method != "get":
        body = bodies.get((route, method), {})
        return getattr(client, method)(path, body, content_type="application/json")
    return getattr(client, method)(path, bodies.get((route, method)))


@pytest.mark.parametrize(("route", "method"), TABLE)
def test_every_route_answers_each_role_as_listed(route, method, request, arguments, bodies):
    """All roles share one scene: the changes of each are rolled back before the next."""
    people = {actor: request.getfixturevalue(actor) for actor in ACTORS}
    if route in NEEDS_READY:
        UserImage.objects.update(status="ready", due_at=None, cutout="x.png")
    path, answers = path_of(route, arguments), {}
    for actor, user in people.items():
        client = Client()
        with transaction.atomic():
            if user is not None:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            response = send_request(client, route, method, path, bodies)
            transaction.set_rollback(True)
        answers[actor] = response.status_code
        redirected_to_login = response.status_code == 302 and user is None
        if redirected_to_login and route not in ("logout", "login_code", "admin_login"):
            assert response["Location"].startswith(reverse("login")), "the login leads back"
            assert path in response["Location"] or route == "home"
    assert answers == dict(zip(ACTORS, TABLE[route, method], strict=True))


def test_every_named_route_is_in_the_table():
    missing = set(named_routes()) - {route for route, _ in TABLE} - {None}
    assert not missing, f"add rows for {sorted(missing)}"


def test_every_route_has_a_name():
    assert None not in set(named_routes())


@pytest.mark.parametrize("actor", ["doctor", "patient", "staff", "stranger"])
def test_admin_is_for_staff_with_permissions(actor, request, client, image):
    user = request.getfixturevalue(actor)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for model in ("patient", "consultation", "consultationimage"):
        response = client.get(f"/admin/consultations/{model}/")
        assert response.status_code == (403 if actor == "staff" else 302), model
    assert client.get("/admin/accounts/user/").status_code == (403 if actor == "staff" else 302)


def test_doctors_see_only_images_of_their_own_consultations(
    client, doctor, other_doctor, record, image
):
    """A doctor with a consultation of the same patient sees the patient, not others' images."""
    from consultations.models import Consultation, ConsultationImage

    other_consultation = Consultation.objects.create(doctor=other_doctor, patient=record)
    services.add_image(consultation=other_consultation, user=other_doctor, upload=upload(seed=3))
    visible = ConsultationImage.objects.visible_to(other_doctor)
    assert {i.consultation_id for i in visible} == {other_consultation.pk}
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("patient_detail", args=[record.pk]))
    assert page.status_code == 200
    assert f'data-id="{image.pk}"' not in page.content.decode()
