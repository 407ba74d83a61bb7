"""Images of a gallery, and what is needed to look at links from outside."""

import pytest

from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from imaging import background
from testing.cast import upload

_remove = background.remove
_cut = {}  # (the picture, engine, whether it is dermoscopic): (what came of it, the cut-out)


def cut_once(original, out, engine="auto", dermoscopic=None):
    """The real engine's answer; the second time it is asked the same, the one that it gave."""
    key = (original.read(), engine, dermoscopic)
    original.seek(0)
    if key not in _cut:
        found = _remove(original, out, engine, dermoscopic)
        out.seek(0)
        _cut[key] = (found, out.read())
    found, data = _cut[key]
    out.seek(0)
    out.truncate()
    out.write(data)
    out.flush()
    return found


@pytest.fixture
def submit():
    """`submit(user)`: an image in somebody's gallery; processed, unless `ready=False`."""

    def make(user, *, ready=True, seed=1, **options):
        made, _created = submit_image(user=user, upload=upload(seed=seed), **options)
        with pytest.MonkeyPatch.context() as patch:  # who looks at links does not wait for engines
            patch.setattr(background, "remove", cut_once)
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
