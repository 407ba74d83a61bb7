"""How well a picture was cut out, judged from the mask itself; docs/background.md derives it."""

import cv2
import numpy as np

from .protocol import QUALITIES

# (excellent from, good from), of certainty. `script/bench background` derives them.
GENERAL = (0.96, 0.94)
LESION = (0.78, 0.74)
EDGE = 0.5  # of the outline that something in the picture says is there: less is a guess
_DIFFERENT = 0.15  # sum over the three channels, each 0 to 1
SHARE = (0.005, 0.95)  # of the picture: smaller or larger is no usual subject
PIECES = 4  # more is clutter
TOUCHING = 0.5  # share of the frame: the subject goes on beyond the picture on two sides or more


def measure(inside: np.ndarray, certainty: float) -> dict:
    """The figures of a mask (bool, h × w): `certainty` as given (0 to 1), `share` of the picture,
    `pieces`, and how much of the frame it is `touching`."""
    count = cv2.connectedComponents(inside.astype(np.uint8))[0] - 1
    frame = np.concatenate((inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    return {
        "certainty": round(float(certainty), 3),
        "share": round(float(inside.mean()), 4),
        "pieces": int(count),
        "touching": round(float(frame.mean()), 3),
    }


def edge(inside: np.ndarray, colours: np.ndarray) -> float:
    """Share of a mask's outline (bool, h × w) at which the colours of subject and background
    (`compose.reduced_colours`) differ: elsewhere nothing in the picture says that it is there."""
    rim = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    apart = np.abs(colours[..., :3] - colours[..., 3:])[rim > 0].sum(axis=1)
    return round(float((apart > _DIFFERENT).mean()), 3) if len(apart) else 0.0


def quality(engine: str, measures: dict) -> str:
    """One of QUALITIES: by certainty, and a level lower for a mask of an odd kind."""
    limits = GENERAL if engine == "general" else LESION
    level = sum(measures["certainty"] < limit for limit in limits)
    odd = (
        not SHARE[0] <= measures["share"] <= SHARE[1]
        or measures["pieces"] > PIECES
        or measures["touching"] > TOUCHING
        or measures.get("edge", 1.0) < EDGE
    )
    return QUALITIES[min(2, level + odd)]


def certainty(sure: np.ndarray, inside: np.ndarray) -> float:
    """The Dice that the network itself expects of its mask: between what it believes (0 to 1) and
    what was made of it (bool)."""
    return float(2 * sure[inside].sum() / max(1e-6, sure.sum() + inside.sum()))
