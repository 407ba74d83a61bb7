"""Programs that write on what they have read. Lost would be what was written in between."""

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
    rows = {
        "patient": record,
        "consultation": consultation,
        "image": image,
        "gallery": user_image,
    }
    name, mine, theirs = EDITS[request.param]
    url, client = reverse(name, args=[rows[request.param].pk]), api(doctor)

    def write(fields, etag=None):
        headers = {"HTTP_IF_MATCH": etag} if etag else {}
        return client.patch(url, fields, format="json", **headers)

    return client.get(url), write, mine, theirs


def test_who_read_before_the_other_wrote_is_told_what_stands_there(edit):
    read, write, mine, theirs = edit
    assert write(theirs).status_code == 200
    refused = write(mine, read["ETag"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (412, "changed_meanwhile")
    current, field = refused.json()["current"], next(iter(mine))
    assert {name: current[name] for name in theirs} == theirs
    assert current[field] == read.json()[field]
    assert write(mine, refused["ETag"]).status_code == 200, "having read it again"


def test_who_read_last_writes(edit):
    read, write, mine, theirs = edit
    written = write(theirs, read["ETag"])
    assert written.status_code == 200
    assert written["ETag"] != read["ETag"]
    assert write(mine, written["ETag"]).status_code == 200
    assert write(theirs, "*").status_code == 200


def test_a_tag_that_a_proxy_made_weak_is_the_same(edit):
    """nginx does when it compresses; every write behind it would else be refused."""
    read, write, mine, _theirs = edit
    assert write(mine, f"W/{read['ETag']}").status_code == 200


def test_what_is_not_edited_does_not_count(doctor, consultation, image, api):
    """A worker's or an upload's change is nobody's words."""
    url = reverse("api-consultation-detail", args=[consultation.pk])
    read = api(doctor).get(url)
    Consultation.objects.get(pk=consultation.pk).save()  # updated_at
    written = api(doctor).patch(url, {"notes": "x"}, HTTP_IF_MATCH=read["ETag"])
    assert written.status_code == 200


def test_a_note_s_version_does_not_tell_the_note(doctor, patient, consultation, api):
    """The patient reads the consultation and not the notes; a plain hash could be guessed."""
    import hashlib

    tag = api(patient).get(reverse("api-consultation-detail", args=[consultation.pk]))["ETag"]
    assert hashlib.sha256(consultation.notes.encode()).hexdigest()[:12] not in tag


@pytest.mark.django_db(transaction=True)
def test_what_can_be_sent_is_told_without_a_lock(doctor, user_image, api):
    """OPTIONS asks for the object as PUT would, outside any transaction: PostgreSQL refuses."""
    url = reverse("api-userimage-detail", args=[user_image.pk])
    assert api(doctor).options(url).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole database"
)
def test_of_several_at_once_one_writes(edit, doctor, api):
    """Without the row's lock each would be told that its text is saved."""
    read, write, mine, _theirs = edit
    (field,) = mine

    def send(number):
        try:
            text = {field: f"{mine[field]} {number}"}
            return write(text, read["ETag"]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == [200, 412, 412, 412]


@pytest.mark.parametrize("name", ["image", "gallery"])
def test_what_was_changed_since_is_not_deleted(request, doctor, image, user_image, api, name):
    place, mine, _theirs = EDITS[name]
    row = {"image": image, "gallery": user_image}[name]
    url, client = reverse(place, args=[row.pk]), api(doctor)
    read = client.get(url)
    assert client.patch(url, mine, format="json").status_code == 200
    assert client.delete(url, HTTP_IF_MATCH=read["ETag"]).status_code == 412
    now = client.get(url)
    assert client.delete(url, HTTP_IF_MATCH=now["ETag"]).status_code == 204
