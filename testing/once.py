"""What was decoded and cut out is made once for a picture, for tests of what is done with it.

It is the real decoder's and the real engine's answer, given again to who asks the same again. These
themselves, their queue and their worker are tested with nothing kept.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from imaging import background, intake

_read, _remove = intake.read, background.remove
_decoded = {}  # the bytes: the photograph
_cut = {}  # (the picture, engine, whether it is dermoscopic): (what came of it, the cut-out)


def read(upload):
    data = upload.read()
    upload.seek(0)
    if data not in _decoded:
        _decoded[data] = replace(_read(upload), original=None)
    return replace(_decoded[data], original=upload)


def remove(original, out, engine="auto", dermoscopic=None):
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


@contextmanager
def once():
    """While this lasts, decoder and engine work once for a picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "read", read)
        patch.setattr(background, "remove", remove)
        yield


@pytest.fixture
def made_once():
    with once():
        yield
