"""The process that decodes: `python -m imaging.decoding.child '<settings as JSON>'`.

On standard input it has a Unix socket. For every descriptor that comes through it, it decodes the
file and answers with three lengths, then with what is known (JSON), the display rendition and the
thumbnail. It holds no secret, no database and no other file; memory and processor time run out
for it before they do for the server.
"""

import json
import struct
import sys
import warnings
from dataclasses import asdict
from functools import partial
from io import BytesIO
from tempfile import TemporaryFile

from django.conf import settings

from imaging.sandbox import worker

ORDER = struct.Struct("!dQ")  # seconds of processor time, pixels at most
REPLY = struct.Struct("!III")  # bytes of: facts, display, thumbnail


def main():
    options = json.loads(sys.argv[1])
    # What metadata and ImageKit read of Django's settings, and nothing more.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    from . import picture

    warnings.simplefilter("ignore")  # decoders warn of what is odd
    _warm_up(picture)
    worker.limit_memory(options["memory"], "DECODER_MEMORY")
    worker.serve(ORDER, ("rb",), REPLY, partial(_answer, picture))


def _answer(picture, files, max_pixels):
    try:
        found = asdict(picture.decode(files[0], max_pixels=max_pixels))
    except picture.ImageRefused as refusal:
        return ({"refused": [refusal.code, refusal.message, refusal.values]},)
    except MemoryError:
        return ({"refused": ["corrupt_image", "too_heavy", {}]},)
    display, thumbnail = found.pop("display"), found.pop("thumbnail")
    return {"photo": found}, display, thumbnail


def _warm_up(picture):
    """Load every decoder and encoder before the limits hold and before anyone waits."""
    from PIL import Image

    for format in ("JPEG", "PNG", "WEBP", "HEIF"):
        out = BytesIO()
        Image.new("RGB", (16, 16)).save(out, format)
        with TemporaryFile() as file:
            file.write(out.getvalue())
            file.flush()
            picture.decode(file, max_pixels=1_000_000)


if __name__ == "__main__":
    main()
