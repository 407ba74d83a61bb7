"""If-Match: an API client cannot overwrite a change made since it read the object."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from consultations.models import Consultation

pytestmark = pytest.mark.django_db
EDITS = {
    "patient": ("api-patient-detail", {"phone": "+33 1"}, {"phototype": 3}),
    "consultation": ("api-consultation-detail", {"notes": "Mine."}, {"status": "closed"}),
    "image": ("api-image-detail", {"description": "Mine."}, {"image_type": "overview"}),
    "gallery": ("api-userimage-detail", {"title": "Mine."}, {"is_favorite": True}),
}


@pytest.fixture(params=EDITS)
def edit(request, doctor, record, consultation, image, user_image, api):
    objects = {
        "patient": record,
        "consultation": consultation,
        "image": image,
        "gallery": user_image,
    }
    name, own_change, other_change = EDITS[request.param]
    url, client = reverse(name, args=[objects[request.param].pk]), api(doctor)

    def write(fields, etag=None):
        headers = {"HTTP_IF_MATCH": etag} if etag else {}
        return client.patch(url, fields, format="json", **headers)

    return client.get(url), write, own_change, other_change


def test_stale_etag_answers_412_with_the_current_state(edit):
    read, write, own_change, other_change = edit
    assert write(other_change).status_code == 200
    refused = write(own_change, read["ETag"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (412, "changed_meanwhile")
    current, field = refused.json()["current"], next(iter(own_change))
    assert {name: current[name] for name in other_change} == other_change
    assert current[field] == read.json()[field]
    assert write(own_change, refused["ETag"]).status_code == 200, (
        "with the current ETag it is accepted"
    )


def test_current_etag_is_accepted(edit):
    read, write, own_change, other_change = edit
    written = write(other_change, read["ETag"])
    assert written.status_code == 200
    assert written["ETag"] != read["ETag"]
    assert write(own_change, written["ETag"]).status_code == 200
    assert write(other_change, "*").status_code == 200


def test_weak_etag_is_accepted(edit):
    """nginx weakens ETags when it compresses; otherwise every write behind it would be refused."""
    read, write, own_change, _other_change = edit
    assert write(own_change, f"W/{read['ETag']}").status_code == 200


def test_etag_ignores_fields_that_are_not_edited(doctor, consultation, image, api):
    """Changes by workers or uploads must not cause conflicts."""
    url = reverse("api-consultation-detail", args=[consultation.pk])
    read = api(doctor).get(url)
    Consultation.objects.get(pk=consultation.pk).save()  # updated_at
    written = api(doctor).patch(url, {"notes": "x"}, HTTP_IF_MATCH=read["ETag"])
    assert written.status_code == 200


def test_etag_does_not_reveal_the_notes(doctor, patient, consultation, api):
    """Patients may read the consultation but not its notes; a plain hash could be guessed."""
    import hashlib

    tag = api(patient).get(reverse("api-consultation-detail", args=[consultation.pk]))["ETag"]
    assert hashlib.sha256(consultation.notes.encode()).hexdigest()[:12] not in tag


@pytest.mark.django_db(transaction=True)
def test_options_works_outside_a_transaction(doctor, user_image, api):
    """OPTIONS loads the object as PUT does, but without a transaction, where a lock would fail."""
    url = reverse("api-userimage-detail", args=[user_image.pk])
    assert api(doctor).options(url).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole database"
)
def test_one_of_several_concurrent_writes_succeeds(edit, doctor, api):
    """Without a row lock each client would be told that its text was saved."""
    read, write, own_change, _other_change = edit
    (field,) = own_change

    def send(number):
        try:
            text = {field: f"{own_change[field]} {number}"}
            return write(text, read["ETag"]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == [200, 412, 412, 412]


@pytest.mark.parametrize("name", ["image", "gallery"])
def test_delete_with_a_stale_etag_answers_412(request, doctor, image, user_image, api, name):
    route, own_change, _other_change = EDITS[name]
    row = {"image": image, "gallery": user_image}[name]
    url, client = reverse(route, args=[row.pk]), api(doctor)
    read = client.get(url)
    assert client.patch(url, own_change, format="json").status_code == 200
    assert client.delete(url, HTTP_IF_MATCH=read["ETag"]).status_code == 412
    current = client.get(url)
    assert client.delete(url, HTTP_IF_MATCH=current["ETag"]).status_code == 204
