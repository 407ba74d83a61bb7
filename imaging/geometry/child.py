"""The process that compares and measures: `python -m imaging.geometry.child '<settings as JSON>'`.

For every two descriptors that it receives (two display renditions; the same one twice where a task
is about one) it replies with a length, then the facts (JSON). Like the decoding process it has no
secret, no database connection and no other file, and the kernel limits its memory and processor
time.
"""

import json
import math
import sys
import warnings
from dataclasses import asdict
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings

from imaging.sandbox import worker

from .protocol import REPLY, REQUEST, TASKS

if TYPE_CHECKING:
    from . import tasks


def main() -> None:
    options = json.loads(sys.argv[1])
    settings.configure()  # nothing here reads a setting
    import cv2

    from . import tasks

    warnings.simplefilter("ignore")  # decoders warn about anything unusual
    cv2.setNumThreads(1)  # more threads would take processors from the web processes
    tasks.warm_up()
    worker.limit_memory(options["memory"], "GEOMETRY_MEMORY")
    worker.serve(REQUEST, ("rb", "rb"), REPLY, partial(_reply, tasks.Task))


def _reply(
    task: "type[tasks.Task]", files: list[IO[bytes]], index: int, *numbers: float
) -> tuple[dict[str, Any]]:
    found: Any
    try:
        work = task(files, numbers[:4])
        match TASKS[index]:
            case "align":
                found = work.align(None if math.isnan(numbers[4]) else numbers[4])
            case "ticks":
                found = work.ticks(*numbers[4:])
            case "outline":
                found = work.outline()
            case _:
                found = work.field()
    except task.Unreadable:
        return ({"refused": "unreadable"},)
    except Exception as error:
        if not isinstance(error, MemoryError) and getattr(error, "code", None) != -4:
            raise  # OpenCV's StsNoMem is -4
        return ({"refused": "too_heavy"},)
    return ({"refused": found} if isinstance(found, str) else asdict(found),)


if __name__ == "__main__":
    main()
