"""Broken EXIF, ICC and XMP: read by themselves, and in sound pictures, which must not be lost."""

import random
import signal
import time

from PIL import Image

from imaging import metadata

from . import mutations, seeds
from .judge import Judge, faults_of_facts

SECONDS = 2  # for one block
TEXTS = ("exif", "icc_profile", "transparency", "gamma", "dpi", "Raw profile type exif", "xmp")


class TooSlow(BaseException):
    """Not an Exception: metadata.read swallows those."""


def facts_of(**info):
    """What metadata.read finds where Pillow has found `info`. Raises TooSlow."""

    def stop(*_):
        raise TooSlow

    image = Image.new("RGB", (8, 8))
    image.info.update(info)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return metadata.read(image)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fuzz(report, start, seconds):
    judge, ends, number = Judge(), time.monotonic() + seconds, 0
    blocks = [seeds.exif(), *filter(None, (_block_of(seed.data) for seed in start))]
    while time.monotonic() < ends:
        number += 1
        chance = random.Random(f"{report.seed}:block:{number}")
        block = mutations.tiff(chance, chance.choice(blocks))
        _alone(report, chance, block, number)
        if number % 20 == 0:
            _in_a_picture(report, judge, chance, block, number)


def _alone(report, chance, block, number):
    report.tried["EXIF blocks read by themselves"] += 1
    info = {"exif": chance.choice((b"", b"Exif\0\0")) + block}
    if chance.random() < 0.2:
        text = f"\nexif\n{len(block):8}\n{block.hex()}\n"
        info = {"Raw profile type exif": mutations.plain(chance, text.encode()).decode("latin-1")}
    try:
        wrong = faults_of_facts(facts_of(**info))
    except (Exception, TooSlow) as error:
        wrong = [f"metadata.read: {error!r}"]
    for what in wrong:
        report.find(f"EXIF: {what}", f"block {number}", block)


def _in_a_picture(report, judge, chance, block, number):
    """Whatever a block says, the picture around it is sound."""
    format = chance.choice(("JPEG", "JPEG", "PNG", "PNG", "WEBP", "WEBP", "HEIF"))
    mode = "L" if format != "WEBP" and chance.random() < 0.2 else "RGB"
    blocks = {"exif": block}
    if chance.random() < 0.6:
        blocks["icc"] = mutations.icc(chance, seeds.profile())
    if chance.random() < 0.3:
        blocks["xmp"] = mutations.plain(chance, seeds.XMP)
    if format == "JPEG":
        blocks["exif"] = block[:65_000]
    try:
        data = seeds.with_metadata(format, mode=mode, **blocks)
    except Exception:  # the library that writes it does not want it
        report.tried["blocks that could not be embedded"] += 1
        return
    answer = judge.hear(data)
    lost = answer.code != "accepted"
    report.hear(
        f"block {number}",
        format,
        data,
        answer,
        (f"a broken block loses a sound picture: {answer.code}",) if lost else (),
    )


def _block_of(data):
    """The EXIF block in a file, wherever it stands; None without one."""
    for order in (b"II*\0", b"MM\0*"):
        at = data.find(order)
        if at >= 0:
            return data[at : at + 20_000]
    return None
