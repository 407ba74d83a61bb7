"""The process that removes backgrounds: `python -m imaging.background.child '<settings as JSON>'`.

For every two descriptors that come through its socket (a photograph to read, a file to write the
PNG into) it answers with two lengths, then what is known (JSON) and the thumbnail. As the decoding
process (`imaging.decoding.child`) it holds no secret, no database and no other file, and has
limits of memory and processor time that the kernel keeps.
"""

import ctypes
import json
import sys
import warnings
from dataclasses import asdict
from functools import cache, partial

from django.conf import settings

from imaging.sandbox import worker

from .protocol import CHOICES, ORDER, REPLY


def main():
    options = json.loads(sys.argv[1])
    # What metadata and ImageKit read of Django's settings, and nothing more.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    import cv2

    from . import cutout, weights
    from .subject import Subject

    warnings.simplefilter("ignore")  # decoders warn of what is odd
    cv2.setNumThreads(1)  # threads of its own would be the web processes' processors
    # Loaded when first needed: who only has lesions does not pay for it.
    subject = cache(partial(Subject, *options["model"]))
    worker.limit_memory(options["memory"], "BACKGROUND_MEMORY", options["written"])
    known = partial(_answer, cutout, subject, weights.WeightsMissing)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _bytes: None)  # glibc has it

    def answer(*order):
        trim(0)  # what the last picture left in pieces counts against this one's limit
        return known(*order)

    # The weights are read when they are first needed; the package's own lie with the libraries.
    folder = options["model"][1]
    worker.serve(ORDER, ("rb", "r+b"), REPLY, answer, [folder] if folder else [])


def _answer(cutout, subject, WeightsMissing, files, max_pixels, engine, dermoscopic):
    try:
        found = cutout.cut_out(
            *files,
            engine=CHOICES[engine],
            dermoscopic=None if dermoscopic < 0 else bool(dermoscopic),
            max_pixels=max_pixels,
            subject=subject,
        )
    except cutout.NothingFound:
        return ({"failure": "nothing_found"},)
    except cutout.ImageRefused as refusal:
        heavy = refusal.message == "too_heavy" or refusal.code == "too_many_pixels"
        return ({"failure": "too_heavy" if heavy else "unreadable"},)
    except cutout.CannotWrite as full:
        return ({"unavailable": f"the result cannot be written: {full}"},)
    except WeightsMissing as missing:
        return ({"unavailable": str(missing)},)
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        return ({"failure": "too_heavy"},)
    facts = asdict(found)
    thumbnail = facts.pop("thumbnail")
    return {"cutout": facts}, thumbnail


def _is_out_of_memory(error):
    """NumPy and Pillow say it in one way, OpenCV (cv::Error::StsNoMem) and onnxruntime, whose
    exceptions are of no kind that Python knows, in theirs."""
    told = getattr(error, "code", None) == -4 or "bad_alloc" in str(error)
    return isinstance(error, MemoryError) or told


if __name__ == "__main__":
    main()
