"""A cache of decoded and cut-out pictures, for tests of what is done with the results.

It holds the answers of the real decoder and engine, and returns them for equal input. Tests of the
decoder, the engine, the queue and the worker do not use it.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from imaging import background, intake

real_read, real_remove = intake.read, background.remove
photos = {}  # bytes of the file: imaging.intake.Photo
cutouts = {}  # (bytes, engine, dermoscopic): (result, bytes of the cut-out)


def read(upload):
    data = upload.read()
    upload.seek(0)
    if data not in photos:
        photos[data] = replace(real_read(upload), original=None)
    return replace(photos[data], original=upload)


def remove(original, out, engine="auto", dermoscopic=None):
    key = (original.read(), engine, dermoscopic)
    original.seek(0)
    if key not in cutouts:
        result = real_remove(original, out, engine, dermoscopic)
        out.seek(0)
        cutouts[key] = (result, out.read())
    result, data = cutouts[key]
    out.seek(0)
    out.truncate()
    out.write(data)
    out.flush()
    return result


@contextmanager
def cache_processing():
    """While in this context, decoder and engine run once per picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "read", read)
        patch.setattr(background, "remove", remove)
        yield


@pytest.fixture
def cached_processing():
    with cache_processing():
        yield
