"""How good a cut-out is, judged from its mask; docs/background.md derives the thresholds."""

import cv2
import numpy as np

from .protocol import QUALITIES

# Certainty from which a mask is good, and what it needs to be excellent: at least this much of the
# measures in AT_LEAST, at most this much of the others. `script/bench background` derives them.
GOOD = {"general": 0.94, "lesion": 0.67}
EXCELLENT = {
    "general": {"bay": 0.23, "stable": 0.92, "uneven": 1.93},
    "lesion": {"bay": 0.09, "flat": 0.12, "uneven": 0.5},
}
AT_LEAST = ("certainty", "edge", "stable")
MIN_EDGE = 0.5  # share of the outline that the picture supports: less is a guess
_STABLE = (0.25, 0.75)  # thresholds
_MIN_DIFFERENCE = 0.15  # sum over the three channels, each 0 to 1
SHARE_RANGE = (0.005, 0.95)  # of the picture: a smaller or larger subject is unusual
MAX_PIECES = 4  # more is clutter
MAX_TOUCHING = 0.5  # share of the frame: the subject extends past the picture on two sides or more


def measure(inside: np.ndarray, certainty: float) -> dict[str, float]:
    """The measures of a mask (bool, h × w): `certainty` as given (0 to 1), `share` of the picture,
    number of `pieces`, and the share of the frame that it is `touching`."""
    count = cv2.connectedComponents(inside.astype(np.uint8))[0] - 1
    frame = np.concatenate((inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    return {
        "certainty": round(float(certainty), 3),
        "share": round(float(inside.mean()), 4),
        "pieces": int(count),
        "touching": round(float(frame.mean()), 3),
    }


def edge(inside: np.ndarray, colours: np.ndarray) -> float:
    """Share of a mask's outline (bool, h × w) at which foreground and background colours
    (`compose.estimate_colours`) differ: elsewhere nothing in the picture supports it."""
    outline = cv2.morphologyEx(
        inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
    )
    difference = np.abs(colours[..., :3] - colours[..., 3:])[outline > 0].sum(axis=1)
    return round(float((difference > _MIN_DIFFERENCE).mean()), 3) if len(difference) else 0.0


def quality(engine: str, measures: dict[str, float]) -> str:
    """One of QUALITIES. Certainty decides between good and fair; excellent needs every measure of
    EXCELLENT, because a mask with a bite may be certain of all the rest. An unusual mask is one
    level lower."""
    level = int(measures["certainty"] < GOOD[engine]) + 1
    if level == 1 and all(
        is_enough(name, measures[name], limit) for name, limit in EXCELLENT[engine].items()
    ):
        level = 0
    unusual = (
        not SHARE_RANGE[0] <= measures["share"] <= SHARE_RANGE[1]
        or measures["pieces"] > MAX_PIECES
        or measures["touching"] > MAX_TOUCHING
        or measures.get("edge", 1.0) < MIN_EDGE
    )
    return QUALITIES[min(2, level + unusual)]


def is_enough(name: str, value: float, limit: float) -> bool:
    """Whether a measure is as good as its limit."""
    return value >= limit if name in AT_LEAST else value <= limit


def stability(probability: np.ndarray) -> float:
    """The Dice of the masks that a low and a high threshold make of the network's probability
    (h, w; 0 to 1)."""
    wide, narrow = probability > _STABLE[0], probability > _STABLE[1]
    return round(float(2 * narrow.sum() / max(1, wide.sum() + narrow.sum())), 3)


def certainty(probability: np.ndarray, inside: np.ndarray) -> float:
    """The Dice coefficient that the network itself expects of its mask: between its probabilities
    (h, w; 0 to 1) and the mask derived from them (bool, h × w)."""
    total = probability.sum() + inside.sum()
    return float(2 * probability[inside].sum() / max(1e-6, total))
