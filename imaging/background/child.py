"""The process that removes backgrounds: `python -m imaging.background.child '<settings as JSON>'`.

For every two descriptors that come through its socket (a photograph to read, a file to write the
PNG into) it answers with two lengths, then what is known (JSON) and the thumbnail. As the decoding
process (`imaging.decoding.child`) it holds no secret, no database and no other file, and has
limits of memory and processor time that the kernel keeps.
"""

import json
import sys
import warnings
from dataclasses import asdict
from functools import cache, partial

from django.conf import settings

from imaging.decoding import serving

from .cutter import CHOICES, ORDER, REPLY


def main():
    options = json.loads(sys.argv[1])
    # What metadata and ImageKit read of Django's settings, and nothing more.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    import cv2

    from . import cut, weights
    from .subject import Subject

    warnings.simplefilter("ignore")  # decoders warn of what is odd
    cv2.setNumThreads(1)  # threads of its own would be the web processes' processors
    # Loaded when first needed: who only has lesions does not pay for it.
    subject = cache(partial(Subject, *options["model"]))
    serving.limit_memory(options["memory"], "BACKGROUND_MEMORY", options["written"])
    answer = partial(_answer, cut, subject, weights.WeightsMissing, cv2.error)
    serving.serve(ORDER, ("rb", "r+b"), REPLY, answer)


def _answer(cut, subject, WeightsMissing, opencv_error, files, max_pixels, engine, dermoscopic):
    try:
        made = cut.cut(
            *files,
            engine=CHOICES[engine],
            dermoscopic=None if dermoscopic < 0 else bool(dermoscopic),
            max_pixels=max_pixels,
            subject=subject,
        )
    except cut.NothingFound:
        return ({"failure": "nothing_found"},)
    except cut.ImageRefused as refusal:
        heavy = refusal.message == "too_heavy" or refusal.code == "too_many_pixels"
        return ({"failure": "too_heavy" if heavy else "unreadable"},)
    except WeightsMissing as missing:
        return ({"unavailable": str(missing)},)
    except MemoryError:
        return ({"failure": "too_heavy"},)
    except opencv_error as error:
        if error.code != -4:  # cv::Error::StsNoMem
            raise
        return ({"failure": "too_heavy"},)
    except RuntimeError as error:  # onnxruntime's; its words are of sizes and operators only
        if "alloc" not in str(error).lower():
            raise
        return ({"failure": "too_heavy"},)
    facts = asdict(made)
    thumbnail = facts.pop("thumbnail")
    return {"cut": facts}, thumbnail


if __name__ == "__main__":
    main()
