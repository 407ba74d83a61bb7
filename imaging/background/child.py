"""The process that removes backgrounds: `python -m imaging.background.child '<settings as JSON>'`.

For every three descriptors that it receives (a photograph to read, a file to write the PNG into,
the outline to cut along, empty where the subject is to be found) it replies with two lengths, then
the facts (JSON) and the thumbnail. To trace, the first is a cut-out and the others are not used.
Like the decoding process (`imaging.decoding.child`) it has no secret, no database connection and no
other file, and the kernel limits its memory and processor time.
"""

import ctypes
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings

from imaging.sandbox import worker

from .protocol import OUTLINE, REPLY, REQUEST, TASKS, TRACE

if TYPE_CHECKING:
    from .subject import SubjectDetector


def main() -> None:
    options = json.loads(sys.argv[1])
    # The only settings that metadata and ImageKit read.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    import cv2

    from . import cutout, outline, weights
    from .subject import SubjectDetector

    warnings.simplefilter("ignore")  # decoders warn about anything unusual
    cv2.setNumThreads(1)  # more threads would take processors from the web processes
    # Loaded on first use: a site with lesions only does not pay for it.
    detector = cache(partial(SubjectDetector, *options["model"]))
    worker.limit_memory(options["memory"], "BACKGROUND_MEMORY", options["max_file_size"])
    reply = partial(_reply, (cutout, outline), detector, weights.WeightsMissing)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _bytes: None)  # glibc has it

    def handle(*request: Any) -> tuple[Any, ...]:
        trim(0)  # fragments left by the last picture count against this one's limit
        return reply(*request)

    # The weights are read on first use; the built-in ones are installed with the libraries.
    folder = options["model"][1]
    worker.serve(REQUEST, ("rb", "r+b", "rb"), REPLY, handle, [folder] if folder else [])


def _reply(
    modules: tuple[ModuleType, ModuleType],
    detector: Callable[[], "SubjectDetector"],
    weights_missing: type[Exception],
    files: list[IO[bytes]],
    max_pixels: int,
    task: int,
    dermoscopic: int,
) -> tuple[Any, ...]:
    (cutout, outline), (original, out, rings) = modules, files
    try:
        if TASKS[task] == TRACE:
            return ({"outline": cutout.trace(original, max_pixels=max_pixels)},)
        if TASKS[task] == OUTLINE:
            drawn = outline.read(rings)
            result = cutout.cut_along(original, out, rings=drawn, max_pixels=max_pixels)
        else:
            result = cutout.cut_out(
                original,
                out,
                engine=TASKS[task],
                dermoscopic=None if dermoscopic < 0 else bool(dermoscopic),
                max_pixels=max_pixels,
                detector=detector,
            )
    except cutout.SubjectNotFound:
        return ({"failure": "nothing_found"},)
    except cutout.ImageRefused as refusal:
        heavy = refusal.message == "too_heavy" or refusal.code == "too_many_pixels"
        return ({"failure": "too_heavy" if heavy else "unreadable"},)
    except cutout.OutputNotWritable as error:
        return ({"unavailable": f"the result cannot be written: {error}"},)
    except weights_missing as error:
        return ({"unavailable": str(error)},)
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        return ({"failure": "too_heavy"},)
    facts = asdict(result)
    thumbnail = facts.pop("thumbnail")
    return {"cutout": facts}, thumbnail


def _is_out_of_memory(error: Exception) -> bool:
    """NumPy and Pillow raise MemoryError; OpenCV (cv::Error::StsNoMem) and onnxruntime raise
    exceptions of their own."""
    from_library = getattr(error, "code", None) == -4 or "bad_alloc" in str(error)
    return isinstance(error, MemoryError) or from_library


if __name__ == "__main__":
    main()
