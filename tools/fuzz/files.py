"""Spoilt files through the real pool of decoding processes, with the real limits."""

import random
import time

from . import mutations, parts, seeds
from .judge import Judge

SLOW = 0.3  # seconds: such a seed costs the tries of a hundred others


def fuzz(report, start, seconds):
    """Every seed as it is, then spoilt ones until the time is up."""
    judge, ends = Judge(), time.monotonic() + seconds
    quick = []
    for seed in start:
        answer = judge.hear(seed.data)
        refused = seed.made and answer.code != "accepted"
        report.hear(
            f"seed {seed.name}",
            seed.format,
            seed.data,
            answer,
            (f"a sound file is refused: {answer.code}",) if refused else (),
        )
        if answer.seconds < SLOW:
            quick.append(seed)
        if time.monotonic() > ends:
            return
    by_format = {}
    for seed in quick:
        by_format.setdefault(seed.format, []).append(seed)
    shortened = [seed for seed in quick if seed.made and seed.format in ("JPEG", "PNG")]
    number = 0
    while time.monotonic() < ends:
        number += 1
        # A stream of its own for each file, so that one can be made again without the others.
        chance = random.Random(f"{report.seed}:{number}")
        if chance.random() < 0.04:
            _shorten(report, judge, chance.choice(shortened), chance, number)
            continue
        # By format first: given folders hold many files of one and few of another.
        seed = chance.choice(by_format[chance.choice(sorted(by_format))])
        others = by_format[seed.format] if chance.random() < 0.9 else quick
        data = mutations.mutated(chance, seed, others)
        answer = judge.hear(data)
        wrong = ()
        if answer.photo and chance.random() < 0.2 and not _same(answer, judge.hear(data)):
            # What a decoder leaves unset is what lay there: an earlier patient's picture.
            wrong = ("the same file, another answer",)
        report.hear(f"{number} of {seed.name}", seed.format, data, answer, wrong)


def _same(one, other):
    return other.photo is not None and one.photo.found == other.photo.found


def _shorten(report, judge, seed, chance, number):
    """A file that ends early is never taken: the camera, or the network, has more of it. Nor is
    one that promises more lines than it has, unless it is said to be damaged."""
    if seed.name == "several":
        return  # the first of its pictures may be whole
    if chance.random() < 0.3:
        data, lost = _taller(seed, chance)
    else:
        length = chance.choice((chance.randrange(len(seed.data)), len(seed.data) - 1))
        if chance.random() < 0.3:
            length = len(seed.data) - chance.randrange(1, 20)
        data, lost = seed.data[:length], f"its last {len(seed.data) - length} bytes"
    answer = judge.hear(data)
    taken = answer.photo and not (answer.photo.found.damaged and "lines" in lost)
    report.hear(
        f"{number}: {seed.name} without {lost}",
        seed.format,
        data,
        answer,
        (f"taken without {lost}",) if taken else (),
    )


def _taller(seed, chance):
    """The same file with a header that promises more lines, PNG's check sum mended."""
    more = chance.choice((16, 17, 100, 4000))
    found = parts.split(seed.format, seed.data)
    for part in found:
        kind, body = part
        frame = seed.format == "JPEG" and kind[1:] and 0xC0 <= kind[1] <= 0xC2
        at = 4 if kind == b"IHDR" else 1 if frame else None
        if at is not None:
            width = 4 if kind == b"IHDR" else 2
            height = int.from_bytes(body[at : at + width]) + more
            part[1] = body[:at] + height.to_bytes(width) + body[at + width :]
    return parts.join(seed.format, found), f"{more} lines"


def again(report, paths):
    """Files that were kept, once more."""
    judge = Judge()
    for path in paths:
        data = path.read_bytes()
        answer = judge.hear(data)
        print(f"{path.name}: {answer.code}, {answer.seconds:.2f} s, ended {answer.ended}")
        report.hear(path.name, seeds.format_of(data), data, answer)
