"""Images of a gallery, and what is needed to look at links from outside."""

import pytest

from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from testing.cast import upload
from testing.processing_cache import cache_processing


@pytest.fixture
def submit():
    """`submit(user)`: an image in somebody's gallery; processed, unless `ready=False`."""

    def make(user, *, ready=True, seed=1, **options):
        with cache_processing():  # who looks at links does not wait for engines
            made, _created = submit_image(user=user, upload=upload(seed=seed), **options)
            while ready and queue.work():
                pass
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def mine(submit, doctor):
    return submit(doctor, title="Nævus de Marie", tag_names=["suivi"])


@pytest.fixture
def link(mine):
    """`link(**options)`: (share, path of its page) of the doctor's image."""

    def make(image=None, lifetime="1d", **options):
        share, token = shares.create_share(image=image or mine, lifetime=lifetime, **options)
        return share, f"/s/{token}/"

    return make
