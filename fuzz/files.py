"""Spoilt files through the real pool of decoding processes, with the real limits."""

import random
import time

from . import mutations, seeds
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
        report.hear(f"{number} of {seed.name}", seed.format, data, judge.hear(data))


def _shorten(report, judge, seed, chance, number):
    """A file that ends early is never taken: the camera, or the network, has more of it."""
    length = chance.choice((chance.randrange(len(seed.data)), len(seed.data) - 1))
    if chance.random() < 0.3:
        length = len(seed.data) - chance.randrange(1, 20)
    data = seed.data[:length]
    if seed.name == "several" and b"\xff\xd9" in data:
        return  # the first of its pictures may be whole
    answer = judge.hear(data)
    taken = answer.code == "accepted"
    report.hear(
        f"{number}: {length} bytes of {seed.name}",
        seed.format,
        data,
        answer,
        (f"taken without its last {len(seed.data) - length} bytes",) if taken else (),
    )


def again(report, paths):
    """Files that were kept, once more."""
    judge = Judge()
    for path in paths:
        data = path.read_bytes()
        answer = judge.hear(data)
        print(f"{path.name}: {answer.code}, {answer.seconds:.2f} s, ended {answer.ended}")
        report.hear(path.name, seeds.format_of(data), data, answer)
