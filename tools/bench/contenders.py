"""One contender, one file, one fresh process: `python -m tools.bench.contenders NAME FILE TIMES`.

Prints JSON: processor seconds of each time (all threads, and the decoding process of ours), and
the peak of resident memory over what it was before the first, in bytes.
"""

import gc
import io
import json
import os
import shutil
import sys
import time
from pathlib import Path

from tools.bench import pictures

DISPLAY, THUMBNAIL = 2560, 300  # px, what the peers make


def ours():
    """Everything that intake does to a file, from the upload to the renditions."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dermaai.settings"
    os.environ["MAX_UPLOAD_SIZE"] = str(32 * 2**20)  # for the PNG
    import django

    django.setup()
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from imaging import intake
    from imaging.decoding.decoder import decoders

    def work(path):
        upload = TemporaryUploadedFile("photo", "", 0, None)  # as Django hands it over: on disk
        with Path(path).open("rb") as file:
            shutil.copyfileobj(file, upload)
        started = usage()
        intake.read(upload)
        upload.close()
        return started

    def processes():
        return [os.getpid(), *(decoder.process.pid for decoder in decoders().idle)]

    return work, processes


def usual(decodes):
    """Pillow as most sites use it."""
    from PIL import Image

    def work(path):
        with Image.open(path) as image:
            image.verify()
        with Image.open(path) as image:
            shown = image.convert("RGB")
        shown.save(io.BytesIO(), "JPEG", quality=90, optimize=True)
        if decodes == 2:
            with Image.open(path) as image:
                shown = image.convert("RGB")
        shown.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
        shown.save(io.BytesIO(), "JPEG")

    return work


def libvips(size=DISPLAY):
    import pyvips

    pyvips.cache_set_max(0)

    def work(path):
        shown = pyvips.Image.thumbnail(path, size, height=size, size="down").copy_memory()
        shown.jpegsave_buffer(Q=90)
        shown.thumbnail_image(THUMBNAIL, height=THUMBNAIL).webpsave_buffer(Q=85)

    return work


def turbojpeg():
    """A bare full decode by libjpeg-turbo."""
    import simplejpeg

    return lambda path: simplejpeg.decode_jpeg(Path(path).read_bytes(), "RGB")


def heif():
    """A bare decode by pillow-heif."""
    import pillow_heif

    return lambda path: pillow_heif.open_heif(Path(path).read_bytes())[0].data


CONTENDERS = {
    "ours": ours,
    "usual-1": lambda: usual(1),
    "usual-2": lambda: usual(2),
    "libvips": libvips,
    "turbojpeg": turbojpeg,
    "heif": heif,
}


def usage(pids=()):
    """Processor seconds of this process, or of these, all threads."""
    # The clock of another process, as clock_getcpuclockid(3) gives it.
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids or [os.getpid()])


def memory(pids, field):
    return sum(
        int(line.split()[1]) * 1024
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith(field + ":")
    )


def measure(name, path, times):
    name, _, size = name.partition("@")
    made = CONTENDERS[name](int(size)) if size else CONTENDERS[name]()
    work, processes = made if isinstance(made, tuple) else (made, lambda: [os.getpid()])
    work(pictures.small(Path(path)))  # imports, tables
    gc.collect()
    pids = processes()
    before = memory(pids, "VmRSS")
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
    seconds = []
    for _ in range(times):
        rest = usage(pids[1:]) if pids[1:] else 0
        began = usage()
        done = work(path)
        began = done if isinstance(done, float) else began
        seconds.append(usage() - began + (usage(pids[1:]) if pids[1:] else 0) - rest)
    return {"seconds": seconds, "peak": memory(pids, "VmHWM") - before}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
