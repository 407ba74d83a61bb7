"""Processed gallery images and links to them."""

import pytest

from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload
from testing.processing_cache import cache_processing


@pytest.fixture
def submit():
    """`submit(user)`: an image in the user's gallery, processed unless `ready=False`."""

    def submit_and_process(user, *, ready=True, seed=1, **options):
        with cache_processing():
            image, _created = submit_image(user=user, upload=upload(seed=seed), **options)
            while ready and queue.work():
                pass
        image.refresh_from_db()
        return image

    return submit_and_process


@pytest.fixture
def ready_image(submit, doctor):
    return submit(doctor, title="Nævus de Marie", tag_names=["suivi"])


@pytest.fixture
def make_link(ready_image):
    """`make_link(**options)`: (share, path of its page), by default of the doctor's image."""

    def share_image(image=None, lifetime="1d", **options):
        share, token = shares.create_share(image=image or ready_image, lifetime=lifetime, **options)
        return share, f"/s/{token}/"

    return share_image
