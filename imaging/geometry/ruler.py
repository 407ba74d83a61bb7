"""How far apart the ticks of a ruler are, along a line drawn on it.

The grey levels along the line, and along its neighbours to either side, are folded at every period
that is possible: where the period is right, each fold looks like the one before, and the spread
between them is small beside the spread within. Then each tick is looked for where the period has
it, and the distance is the slope through those that are there.
"""

from dataclasses import dataclass

import cv2
import numpy as np

MIN_BELIEF = 0.6  # `script/bench compare` derives it
MIN_TICKS = 6
_STEP = 0.5  # px, between samples
_SHORTEST = 4.0  # px, of a period
_LONGEST = 1 / 5  # of the line
_REACH = 0.05  # of the line's length: how far to either side its neighbours lie, at most
_LANES = 13
_AS_GOOD = 0.9  # of the best score: a shorter period that reaches it is the ticks', not a multiple
_MOST_LEAN = 0.2  # tan of how far ticks may lean from the upright of the line
_BINS = 24  # of a fold


@dataclass(frozen=True, slots=True)
class Ticks:
    """`period` px from tick to tick, at right angles to them, ± `uncertainty` (2 σ, and what the
    period changes along the line: perspective); `count` of them seen; `belief` 0 to 1."""

    period: float
    uncertainty: float
    count: int
    belief: float


def ticks(grey: np.ndarray, start: np.ndarray, end: np.ndarray) -> Ticks | None:
    """Of a picture (h, w; uint8), from `start` to `end` (x, y) px, counted from the corner of the
    first pixel. None where no period stands out."""
    length = float(np.hypot(*(end - start)))
    if length < 5 * _SHORTEST:
        return None
    lanes, spacing = _lanes(grey, start, end, length)
    best = None
    for lane in range(_LANES):
        found = _period(lanes[lane])
        if found and (best is None or found[1] > best[1]):
            best = (*found, lane)
    if best is None:
        return None
    period, score, lane = best
    return _measured(lanes, lane, period, score, spacing)


def _lanes(
    grey: np.ndarray, start: np.ndarray, end: np.ndarray, length: float
) -> tuple[np.ndarray, float]:
    """(lanes, n) float32: levels along the line and its neighbours, slow changes taken out; and how
    far apart the lanes are, px."""
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    spacing = max(0.5, min(3.0, 2 * _REACH * length / (_LANES - 1)))
    count = int(length / _STEP)
    offsets = (np.arange(_LANES) - _LANES // 2) * spacing
    t = np.arange(count) * _STEP
    places = start + t[None, :, None] * along + offsets[:, None, None] * across - 0.5
    # Each lane is as broad as it is far from the next: what is thinner than that is noise.
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.6, spacing / 3)).astype(np.float32)
    lanes = cv2.remap(
        smooth,
        places[..., 0].astype(np.float32),
        places[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    wide = max(5, count // 10) | 1
    return lanes - cv2.blur(lanes, (wide, 1), borderType=cv2.BORDER_REFLECT), spacing


def _period(lane: np.ndarray) -> tuple[float, float] | None:
    """(period in samples, score) of a lane: the share of its variance that repeats, of the shortest
    period about as good as the best."""
    total = float(lane.var())
    if total < 4:  # grey levels²: nothing is drawn there
        return None
    shortest, longest = _SHORTEST / _STEP, _LONGEST * len(lane)
    if longest <= shortest:
        return None
    # So fine that the last fold is off by less than a tenth of the period.
    periods = [shortest]
    while periods[-1] < longest:
        periods.append(periods[-1] * (1 + 0.1 * periods[-1] / len(lane)))
    candidates = np.array(_candidates(lane, periods))
    if not len(candidates):
        return None
    scores = np.array([_folded(lane, period)[0] for period in candidates])
    if scores.max() <= 0:  # no better than chance
        return None
    good = np.flatnonzero(scores > _AS_GOOD * scores.max())
    # Neighbours of the shortest good period are it, too: the best among them.
    first = candidates[good[0]]
    close = good[candidates[good] < first * 1.06]
    chosen = close[scores[close].argmax()]
    return float(candidates[chosen]), float(scores[chosen])


def _candidates(lane: np.ndarray, periods: list[float]) -> list[float]:
    """Those of the periods at which the lane is like itself further on."""
    spectrum = np.abs(np.fft.rfft(lane, 2 * len(lane))) ** 2
    like = np.fft.irfft(spectrum)[: len(lane)]
    like = like / np.maximum(1, np.arange(len(lane), 0, -1)) / max(1e-6, like[0] / len(lane))
    return [period for period in periods if like[round(period)] > 0.15]


def _folded(lane: np.ndarray, period: float) -> tuple[float, np.ndarray]:
    """The share of variance that repeats with a period (samples), less what chance would have; and
    the mean fold."""
    phase = (np.arange(len(lane)) / period) % 1
    bins = (phase * _BINS).astype(int)
    count = np.bincount(bins, minlength=_BINS)
    mean = np.bincount(bins, lane, minlength=_BINS) / np.maximum(1, count)
    explained = float((count * mean**2).sum() / len(lane) / lane.var())
    folds = len(lane) / period
    return explained - (1 - explained) / max(1.0, folds - 1), mean


def _measured(
    lanes: np.ndarray, lane: int, period: float, score: float, spacing: float
) -> Ticks | None:
    found = _positions(lanes[lane], period)
    if found is None:
        return None
    numbers, places, expected = found
    if len(numbers) < MIN_TICKS:
        return None
    line = np.polynomial.Polynomial.fit(numbers, places, 1).convert()
    off = places - line(numbers)
    spread = 1.4826 * float(np.median(np.abs(off - np.median(off)))) + 0.02
    slope = float(line.coef[1])
    deviation = spread / (np.sqrt(len(numbers)) * max(1e-6, float(numbers.std())))
    drift = 0.0
    if len(numbers) >= 8:
        bend = np.polynomial.Polynomial.fit(numbers, places, 2).convert().coef[2]
        drift = abs(float(bend)) * float(np.ptp(numbers)) / 2
    lean = _lean(lanes, lane, slope, spacing)
    if lean is None or abs(lean) > _MOST_LEAN:
        return None
    upright = float(np.cos(np.arctan(lean)))
    regular = max(0.0, 1 - 4 * spread / slope)
    belief = min(1.0, score / 0.75) * len(numbers) / expected * regular
    return Ticks(
        slope * _STEP * upright,
        (2 * deviation + drift) * _STEP * upright,
        len(numbers),
        float(belief),
    )


def _positions(lane: np.ndarray, period: float) -> tuple[np.ndarray, np.ndarray, int] | None:
    """(numbers, places in samples, how many there should be) of the ticks: each is looked for where
    the mean fold has its strongest mark, and must stand out as it does there."""
    _score, fold = _folded(lane, period)
    mark = int(np.abs(fold).argmax())
    sign = np.sign(fold[mark])
    depth = abs(float(fold[mark]))
    start = (mark + 0.5) / _BINS * period
    signed = lane * sign
    numbers, places = [], []
    expected = 0
    slope, origin = period, start
    for number in range(int((len(lane) - 1 - start) / period) + 1):
        at = origin + slope * number
        low, high = int(np.ceil(at - 0.3 * period)), int(np.floor(at + 0.3 * period))
        if low < 1 or high > len(lane) - 2:
            continue
        expected += 1
        part = signed[low : high + 1]
        top = int(part.argmax())
        if part[top] < 0.4 * depth or top in (0, len(part) - 1):
            continue
        half = part - max(0.0, float(part[top]) / 2)
        half = half.clip(0)
        left = right = top
        while left > 0 and half[left - 1] > 0:
            left -= 1
        while right < len(half) - 1 and half[right + 1] > 0:
            right += 1
        weight = half[left : right + 1]
        place = low + float((np.arange(left, right + 1) * weight).sum() / weight.sum())
        numbers.append(number)
        places.append(place)
        if len(numbers) >= 4:  # follow the ticks: the period is not known to the last digit yet
            recent = np.polyfit(numbers[-12:], places[-12:], 1)
            slope, origin = float(recent[0]), float(recent[1])
            if abs(slope / period - 1) > 0.05:
                return None
    if not numbers:
        return None
    return np.array(numbers), np.array(places), expected


def _lean(lanes: np.ndarray, lane: int, period: float, spacing: float) -> float | None:
    """The tangent of how far the ticks lean: the shift of the folds from lane to lane."""
    reference = np.exp(-2j * np.pi * np.arange(lanes.shape[1]) / period)
    waves = lanes @ reference
    angles, offsets = [], []
    for other in range(max(0, lane - 2), min(len(lanes), lane + 3)):
        if abs(waves[other]) > 0.4 * abs(waves[lane]):
            angles.append(float(np.angle(waves[other] / waves[lane])))
            offsets.append((other - lane) * spacing)
    if len(offsets) < 2:
        return 0.0
    samples = -np.array(angles) * period / (2 * np.pi)
    return float(np.polyfit(offsets, samples * _STEP, 1)[0])
