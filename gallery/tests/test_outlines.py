"""The outline of a cut-out, corrected by a person: what is stored, and the way back."""

from functools import partial

import numpy as np
import pytest
from PIL import Image

from audit.models import Event
from audit.trail import Action
from gallery.models import Outline, StorageQuota, UserImage
from gallery.services.processing import queue, retry_image
from imaging import background
from testing.cast import blobs

pytestmark = pytest.mark.django_db
SQUARE = [[[40, 30], [240, 30], [240, 200], [40, 200]]]
HOLE = [[100, 80], [160, 80], [160, 140], [100, 140]]


@pytest.fixture(scope="module", autouse=True)
def close_processes():
    yield
    background.close()


@pytest.fixture
def url(ready_image):
    return f"/api/v1/images/{ready_image.pk}/outline"


def alpha_of(image):
    with image.cutout.open() as file:
        return np.asarray(Image.open(file))[..., 3]


def accounted(user):
    """Is the quota the sum of the rows, and of their blobs?"""
    stored = sum(image.stored_bytes for image in UserImage.objects.filter(user=user))
    sizes = [
        field.size
        for image in UserImage.objects.filter(user=user)
        for field in (getattr(image, name) for name in UserImage.BLOB_FIELDS if name != "display")
        if field
    ]
    return StorageQuota.objects.of(user.pk).storage_used == stored == sum(sizes)


def run_queue(capture):
    """What the queue leaves to be deleted is deleted."""
    with capture(execute=True):
        assert queue.work()


def test_outline_is_known_from_processing_in_few_points(api, doctor, url):
    answer = api(doctor).get(url)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["width"], body["height"], body["by_hand"]) == (320, 240, False)
    assert 3 <= sum(map(len, body["outline"])) <= 120


def test_corrected_outline_is_cut_out_and_the_former_kept(
    api, doctor, url, ready_image, django_capture_on_commit_callbacks
):
    """Otherwise a bite stays in the cut-out, or its correction cannot be taken back."""
    client, machine = api(doctor), alpha_of(ready_image)
    work = partial(run_queue, django_capture_on_commit_callbacks)
    machine_name, quality = ready_image.cutout.name, ready_image.quality
    etag = client.get(url)["ETag"]
    answer = client.put(url, {"outline": [*SQUARE, HOLE]}, headers={"If-Match": etag})
    assert answer.status_code == 202
    assert answer["ETag"] != etag
    waiting = UserImage.objects.get()
    assert (waiting.status, waiting.cutout.name) == ("queued", machine_name), "shown until then"
    work()
    image = UserImage.objects.get()
    assert (image.status, image.error, image.quality) == ("ready", "", "by_hand")
    assert image.engine == ready_image.engine
    alpha = alpha_of(image)
    assert alpha[50, 60] == 255
    assert alpha[110, 130] == alpha[20, 20] == alpha[215, 260] == 0
    assert len(np.unique(alpha[100, 30:50])) > 2, "a soft edge"
    assert image.machine_cutout.name == machine_name
    assert accounted(doctor)
    assert client.get(url).json()["outline"] == [*SQUARE, HOLE]

    assert client.put(url, {"outline": SQUARE}).status_code == 202
    work()
    second = UserImage.objects.get()
    assert alpha_of(second)[110, 130] == 255
    assert second.machine_cutout.name == machine_name, "not the first correction"
    assert accounted(doctor)

    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 204, "nothing to go back from"
    back = UserImage.objects.get()
    assert (back.cutout.name, back.quality, back.status) == (machine_name, quality, "ready")
    assert np.array_equal(alpha_of(back), machine)
    assert not client.get(url).json()["by_hand"]
    assert accounted(doctor)
    referenced = set(back.blobs())
    assert referenced <= blobs()
    assert not [name for _container, name in blobs() - referenced if str(back.pk) in name]
    changes = Event.objects.filter(action=Action.CHANGED, kind="gallery_image").order_by("id")
    details = [event.detail for event in changes]
    assert details == [
        {"fields": ["outline"]},
        {"fields": ["outline"]},
        {"fields": ["outline"], "back": True},
    ]


def test_processing_again_replaces_a_correction(api, doctor, url, ready_image):
    """The engine was asked, not the person's outline: nothing of the former may stay behind."""
    api(doctor).put(url, {"outline": SQUARE})
    assert queue.work()
    retry_image(ready_image)
    assert queue.work()
    image = UserImage.objects.get()
    assert image.quality == ready_image.quality
    assert not image.machine_cutout
    assert accounted(doctor)
    assert not api(doctor).get(url).json()["by_hand"]


@pytest.mark.parametrize(
    ("outline", "code"),
    [
        (None, "null"),
        ("x", "invalid"),
        ([[[0, 0], [9, 0], [9, 9.5]]], "invalid"),
        ([[[0, 0], [9, 0], [True, 9]]], "invalid"),
        ([], "empty"),
        ([[[0, 0], [99, 99]]], "too_few_points"),
        ([[[x, 0] for x in range(201)]], "too_many_points"),
        ([[[0, 0], [321, 0], [9, 99]]], "outside_picture"),
        ([[[0, -1], [99, 0], [9, 99]]], "outside_picture"),
        ([[[0, 0], [50, 0], [99, 0]]], "too_small"),
        ([[[0, 0], [99, 99], [99, 0], [0, 70]]], "crosses_itself"),
        ([[[0, 0], [99, 0], [0, 0], [0, 99], [50, 99]]], "crosses_itself"),
        ([*SQUARE, [[0, 0], [100, 100], [100, 0]]], "crosses_itself"),
    ],
)
def test_impossible_outline_is_refused_and_nothing_queued(api, doctor, url, outline, code):
    answer = api(doctor).put(url, {"outline": outline})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["attr"], error["code"]) == ("outline", code)
    assert UserImage.objects.get().status == "ready"


def test_correction_does_not_overwrite_one_that_was_not_seen(api, doctor, url):
    client = api(doctor)
    seen = client.get(url)["ETag"]
    client.put(url, {"outline": SQUARE})
    assert queue.work()
    for answer in (
        client.put(url, {"outline": [HOLE]}, headers={"If-Match": seen}),
        client.delete(url, headers={"If-Match": seen}),
    ):
        assert answer.status_code == 412
        assert answer.json()["current"]["outline"] == SQUARE
    assert UserImage.objects.get().quality == "by_hand"


def test_image_without_a_result_has_no_outline_to_correct(api, doctor, submit):
    image, client = submit(doctor, ready=False), api(doctor)
    url = f"/api/v1/images/{image.pk}/outline"
    for answer in (client.get(url), client.put(url, {"outline": SQUARE}), client.delete(url)):
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "not_ready"


def test_outline_of_an_older_cutout_is_traced_once(api, doctor, url):
    """Images that were processed before outlines were kept can be corrected, too."""
    known = api(doctor).get(url).json()["outline"]
    Outline.objects.all().delete()
    assert api(doctor).get(url).json()["outline"] == known
    assert Outline.objects.get().machine == known
