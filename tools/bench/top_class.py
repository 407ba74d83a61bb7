"""What a mask needs to be in the top class: limits of several measures at once, and how far to
trust it. Used by `script/bench background`."""

import numpy as np

from imaging.background import grading

NAMES = {
    "general": ("certainty", "edge", "stable", "flat", "uneven", "bay", "spur"),
    "lesion": ("certainty", "stable", "flat", "uneven", "bay", "spur"),
}
PRECISION = 0.98  # of the class, on the pictures from which the limits are derived
WANTED = 0.95  # on those that nothing was derived from
RIGHT = 0.9  # Dice
_STRICTEST = 0.7  # share of the right masks that a limit may exclude at most


def table(engine, shots):
    """(measures (n, m), signed so that more is better; right (n,) bool)."""
    signs = [1 if name in grading.AT_LEAST else -1 for name in NAMES[engine]]
    rows = [[shot.measures[name] for name in NAMES[engine]] for shot in shots]
    return np.array(rows) * signs, np.array([shot.dice >= RIGHT for shot in shots])


def derive(engine, shots):
    """{measure: limit}, of those that exclude anything.

    From no limit at all, the step is taken that excludes the most wrong masks for each right one,
    until the class has its precision; then each limit is loosened as far as that allows.
    """
    values, right = table(engine, shots)
    ladders = []
    for column in values[right].T:
        steps = np.round(np.quantile(column, np.linspace(0, _STRICTEST, 29)) - 0.005, 2)
        ladders.append(np.unique(np.concatenate(([np.round(values.min() - 1)], steps))))
    limits = np.array([ladder[0] for ladder in ladders])

    def count(limits):
        inside = (values >= limits).all(axis=1)
        return (inside & right).sum(), (inside & ~right).sum()

    def with_limit(at, value):
        changed = limits.copy()
        changed[at] = value
        return changed, *count(changed)

    hits, wrong = count(limits)
    while wrong > (1 - PRECISION) * (hits + wrong):
        better = []
        for at, ladder in enumerate(ladders):
            for value in ladder[ladder > limits[at]]:
                _limits, fewer, left = with_limit(at, value)
                if left < wrong:
                    better.append(((wrong - left) / (hits - fewer + 0.5), at, value))
        if not better:
            break
        _gain, at, value = max(better)
        limits, hits, wrong = with_limit(at, value)
    for at, ladder in enumerate(ladders):
        for value in ladder:
            changed, more, left = with_limit(at, value)
            if more >= hits and left <= (1 - PRECISION) * (more + left):
                limits, hits = changed, more
                break
    return {
        name: round(abs(float(limit)), 2)
        for name, limit, ladder in zip(NAMES[engine], limits, ladders, strict=True)
        if limit > ladder[0]
    }


def trust(shots):
    """(in the class, precision, recall) of the class that the product gives."""
    given = np.array([shot.level == "excellent" for shot in shots])
    right = np.array([shot.dice >= RIGHT for shot in shots])
    hits = (given & right).sum()
    return int(given.sum()), float(hits / max(1, given.sum())), float(hits / max(1, right.sum()))


def trust_by_step(shots):
    """Rows (step, masks, right, in the class, of those wrong), and one of all."""
    rows = []
    for step in [*dict.fromkeys(shot.step for shot in shots), "all"]:
        of = [shot for shot in shots if step in (shot.step, "all")]
        top = [shot for shot in of if shot.level == "excellent"]
        right = sum(shot.dice >= RIGHT for shot in of)
        rows.append((step, len(of), right, len(top), sum(shot.dice < RIGHT for shot in top)))
    return rows
