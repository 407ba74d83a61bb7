"""The process that decodes: `python -m imaging.decoding.child '<settings as JSON>'`.

Its standard input is a Unix socket. It decodes the file of every descriptor received and replies
with three lengths, then the facts (JSON), the display rendition and the thumbnail. It has no
secret, no database connection and no other file, and reaches its limits of memory and processor
time before the server does.
"""

import json
import struct
import sys
import warnings
from dataclasses import asdict
from functools import partial
from io import BytesIO
from tempfile import TemporaryFile
from types import ModuleType
from typing import IO, Any

from django.conf import settings

from imaging.sandbox import worker

REQUEST = struct.Struct("!dQ")  # seconds of processor time, pixels at most
REPLY = struct.Struct("!III")  # bytes of: facts, display, thumbnail


def main() -> None:
    options = json.loads(sys.argv[1])
    # The only settings that metadata and ImageKit read.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    from . import picture

    warnings.simplefilter("ignore")  # decoders warn about anything unusual
    _warm_up(picture)
    worker.limit_memory(options["memory"], "DECODER_MEMORY")
    worker.serve(REQUEST, ("rb",), REPLY, partial(_reply, picture))


def _reply(picture: ModuleType, files: list[IO[bytes]], max_pixels: int) -> tuple[Any, ...]:
    try:
        photo = asdict(picture.decode(files[0], max_pixels=max_pixels))
    except picture.ImageRefused as refusal:
        return ({"refused": [refusal.code, refusal.message, refusal.values]},)
    except MemoryError:
        return ({"refused": ["corrupt_image", "too_heavy", {}]},)
    display, thumbnail = photo.pop("display"), photo.pop("thumbnail")
    return {"photo": photo}, display, thumbnail


def _warm_up(picture: ModuleType) -> None:
    """Load every decoder and encoder before the limits apply and before anyone waits."""
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
