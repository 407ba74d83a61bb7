"""Whether a guessed similarity holds: small windows of one picture are looked for in the other.

Where the guess is right, most windows are found near where it puts them, displaced alike; where it
is wrong, each is "found" somewhere in its search area, by chance. The share that agrees with one
affine map is what belief rests on, and that map is more exact than the guess: it allows for skin
that is stretched.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 640  # px, long side
_MOST = 90  # windows of a pass
_LEAST = 8
_LEAST_USABLE = 0.75  # of a window, in both pictures
_LEAST_CORNER = 0.12  # of the lesser to the greater eigenvalue of a window's gradients
_LEAST_SPREAD = 12.0  # grey levels (σ) of an evened window: with less there is nothing to find


@dataclass(frozen=True, slots=True)
class Pass:
    """How windows are looked for, px of the pictures reduced by `reduction`: their side, how far
    they are looked for, and how near to the map they are found there."""

    reduction: int
    window: int
    search: int
    near: float


COARSE, FINE = Pass(2, 36, 12, 2.5), Pass(1, 48, 7, 2.0)
SMALL = Pass(1, 32, 10, 2.0)  # for a lesion, which few large windows would cover


@dataclass(frozen=True, slots=True)
class Agreement:
    """`matrix` (2, 3): the map first → second, px at long side SIDE; `found` of `tried` windows lie
    where it has them; `independent`, the share of windows that they are worth: they overlap;
    `points` (found, 2) px in the second picture; `residual` px, median."""

    matrix: np.ndarray
    found: int
    tried: int
    independent: float
    points: np.ndarray
    residual: float

    @property
    def share(self) -> float:
        """Of the windows, those that were found."""
        return self.found / self.tried

    @property
    def belief(self) -> float:
        """The least share of windows found that is likely (Wilson's bound, 2 σ): 0 to 1."""
        z, n = 2.0, self.tried * self.independent
        share = self.share
        middle = share + z * z / (2 * n)
        reach = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return float((middle - reach) / (1 + z * z / n))

    @property
    def evidence(self) -> float:
        """How many windows that do not overlap by more than half were found."""
        return self.found * self.independent

    @property
    def breadth(self) -> float:
        """How far the found windows spread across their main direction (σ), as a share of SIDE."""
        if self.found < 3:
            return 0.0
        across = float(np.linalg.eigvalsh(np.cov(self.points.T))[0])
        return float(np.sqrt(max(0.0, across))) / SIDE


def agreement(
    matrix: np.ndarray,
    pictures: tuple[np.ndarray, np.ndarray],
    usable: tuple[np.ndarray, np.ndarray],
    how: Pass,
    *,
    rigid: bool = False,
    middle: np.ndarray | None = None,
) -> Agreement | None:
    """What becomes of a guess (2, 3) first → second on two evened pictures (uint8) with what is
    usable of them (uint8, 0 or 1). None where too little of them overlaps.

    rigid: the guess's scale stays, only shift and turn are fitted. middle: the point (2,) of the
    second picture, px, near which the map shall be most exact.
    """
    scaled = resized(matrix, 1 / how.reduction)
    seen = [_reduced(plane, how.reduction) for plane in pictures]
    allowed = [_reduced(plane, how.reduction) for plane in usable]
    places, moves, likeness = _looked_for(scaled, seen, allowed, how)
    if len(places) < _LEAST:
        return None
    # The window at `place` is where the guess puts the first picture's `place + move`.
    inverse = cv2.invertAffineTransform(scaled)
    here = (places + moves) @ inverse[:, :2].T + inverse[:, 2]
    weight = np.maximum(likeness, 0.0) ** 2
    if middle is not None:
        away = np.hypot(*(places * how.reduction - middle).T) / SIDE
        weight = weight * (0.1 + np.exp(-((away / 0.25) ** 2)))
    fitted = _fitted(scaled, here, places, weight, how.near, rigid)
    if fitted is None:
        return None
    distance = _distance(fitted, here, places)
    agrees = distance < how.near
    if not agrees.any():
        return None
    return Agreement(
        resized(fitted, how.reduction),
        int(agrees.sum()),
        len(places),
        len(np.unique(places // (how.window // 2), axis=0)) / len(places),
        (places[agrees] + 0.5) * how.reduction - 0.5,
        float(np.median(distance[agrees])) * how.reduction,
    )


def resized(matrix: np.ndarray, ratio: float) -> np.ndarray:
    """A map between two pictures, both counted in pixel centres, → the same between the two when
    they are `ratio` times as large."""
    linear = matrix[:, :2]
    to_corner = 0.5 - linear.sum(axis=1) * 0.5
    return np.column_stack((linear, (matrix[:, 2] + to_corner) * ratio - to_corner))


def _reduced(plane: np.ndarray, reduction: int) -> np.ndarray:
    if reduction == 1:
        return plane
    size = (plane.shape[1] // reduction, plane.shape[0] // reduction)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def _looked_for(
    matrix: np.ndarray,
    pictures: list[np.ndarray],
    allowed: list[np.ndarray],
    how: Pass,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(places, moves, likeness): middles (n, 2) of windows of the second picture, how far from
    there the warped first is most like them (n, 2), and how much (n,)."""
    one, other = pictures
    height, width = other.shape
    warped = cv2.warpAffine(one, matrix, (width, height), flags=cv2.INTER_LINEAR)
    usable = cv2.warpAffine(allowed[0], matrix, (width, height), flags=cv2.INTER_NEAREST)
    usable = cv2.bitwise_and(usable, allowed[1])
    total, structure = cv2.integral(usable), _structure(other)
    half, search = how.window // 2, how.search
    reach = half + search
    least = _LEAST_USABLE * how.window**2
    step = max(half // 2, int(np.sqrt(usable.sum() / _MOST)))
    found: list[tuple[float, ...]] = []
    for y in range(reach, height - reach, step):
        for x in range(reach, width - reach, step):
            top, left, bottom, right = y - half, x - half, y + half, x + half
            seen = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
            if seen < least:
                continue
            xx, yy, xy = (
                s[bottom, right] - s[top, right] - s[bottom, left] + s[top, left] for s in structure
            )
            # Along an edge a window is found anywhere: of two round moles at any turn.
            spread = np.hypot(xx - yy, 2 * xy)
            if xx + yy - spread < _LEAST_CORNER * (xx + yy + spread):
                continue
            part = other[top:bottom, left:right]
            around = warped[top - search : bottom + search, left - search : right + search]
            if cv2.meanStdDev(part)[1][0, 0] < _LEAST_SPREAD:
                continue
            scores = cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)
            _low, high, _at, (px, py) = cv2.minMaxLoc(scores)
            if not np.isfinite(high):
                continue
            dx, dy = px + _peak(scores[py], px), py + _peak(scores[:, px], py)
            # A window's middle lies between its pixels; pixel centres are whole numbers.
            found.append((x - 0.5, y - 0.5, dx - search, dy - search, high))
    table = np.array(found, float).reshape(-1, 5)
    return table[:, :2], table[:, 2:4], table[:, 4]


def _structure(plane: np.ndarray) -> tuple[np.ndarray, ...]:
    """Integrals of the squares and the product of the gradients, of what is not mere noise."""
    smooth = cv2.GaussianBlur(plane, (0, 0), 1.5).astype(np.float32)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return tuple(cv2.integral(product) for product in (dx * dx, dy * dy, dx * dy))


def _peak(line: np.ndarray, at: int) -> float:
    """Where between its neighbours the peak of a line lies: the top of a parabola."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, top, after = (float(value) for value in line[at - 1 : at + 2])
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend < -1e-6 else 0.0


def _distance(matrix: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.hypot(*(here @ matrix[:, :2].T + matrix[:, 2] - there).T)


def _fitted(
    matrix: np.ndarray,
    here: np.ndarray,
    there: np.ndarray,
    weight: np.ndarray,
    near: float,
    rigid: bool,
) -> np.ndarray | None:
    """The map here → there that most pairs agree with, starting from a first one; None without."""
    for width in (4 * near, 4 * near, 2 * near, 2 * near, near, near, near):
        distance = _distance(matrix, here, there)
        pull = weight / (1 + (distance / width) ** 2) ** 2
        if pull.sum() < 1e-3:
            return None
        pull = pull / pull.sum()
        centre, target = pull @ here, pull @ there
        p, q = here - centre, there - target
        if rigid:
            linear = _turned(matrix, p, q, pull)
        else:
            root = np.sqrt(pull)[:, None]
            # A little of the guess keeps few or collinear pairs from bending the map.
            ridge = 0.03 * np.sqrt((pull @ p**2).mean()) * np.eye(2)
            linear = np.linalg.lstsq(
                np.vstack((p * root, ridge)),
                np.vstack((q * root, ridge @ matrix[:, :2].T)),
                rcond=None,
            )[0].T
        matrix = np.column_stack((linear, target - linear @ centre))
    return matrix


def _turned(matrix: np.ndarray, p: np.ndarray, q: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """The turn p → q of least squares, at the scale of `matrix`."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    a = float(pull @ (p * q).sum(axis=1))
    b = float(pull @ (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]))
    length = np.hypot(a, b)
    if length < 1e-9:
        return matrix[:, :2]
    return scale / length * np.array([[a, -b], [b, a]])
