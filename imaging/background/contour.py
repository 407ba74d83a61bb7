"""What the line of a mask says about it: a bite, a hair, a stretch that nothing in the picture
supports. Measured at the size at which lesions are searched for (`field.SIDE`)."""

import cv2
import numpy as np

_SPUR = 0.35  # of the radius: what is thinner is a hair, or part of one
_REACH = 5  # px to either side of the line at which colours are compared
_SIGMA = 2.0  # px of the blur before
_WEAK = 0.4  # of the usual step across the line: less is no step
_STRETCH = 16  # of the line's length: over so much of it colours are averaged
_FEW = 40  # points of a line too short to say anything


def measure(picture: np.ndarray, mask: np.ndarray, usable: np.ndarray) -> dict[str, float]:
    """Of a mask (bool, h × w) of an RGB picture (h, w, 3; uint8), lengths in radii of a disc of its
    area: `bay`, the largest disc between the line and its convex hull; `spur`, the share of the
    mask that is thinner than a lesion; `flat`, the share of the line without a step in colour;
    `uneven`, how far a stretch of the rim is from the usual colour, in steps. `usable` (bool):
    where the picture shows anything."""
    lines, _tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not lines:
        return {"bay": 0.0, "spur": 0.0, "flat": 1.0, "uneven": 9.0}
    line = max(lines, key=cv2.contourArea)
    radius = float(np.sqrt(mask.sum() / np.pi))
    flat, uneven = _steps(picture, mask, usable, line[:, 0])
    return {
        "bay": round(_bay(line, radius), 3),
        "spur": round(_spur(mask, radius), 3),
        "flat": round(flat, 3),
        "uneven": round(min(uneven, 9.0), 3),
    }


def _bay(line: np.ndarray, radius: float) -> float:
    left, top, width, height = cv2.boundingRect(line)
    offset = (1 - left, 1 - top)
    between = np.zeros((height + 2, width + 2), np.uint8)
    cv2.drawContours(between, [cv2.convexHull(line)], -1, 1, cv2.FILLED, offset=offset)
    cv2.drawContours(between, [line], -1, 0, cv2.FILLED, offset=offset)
    return float(cv2.distanceTransform(between, cv2.DIST_L2, 3).max()) / max(1.0, radius)


def _spur(mask: np.ndarray, radius: float) -> float:
    # Opened by distance: an opening with a disc that large would cost twenty times as much.
    wide = max(2.0, _SPUR * radius / 2)
    padded = np.pad(mask, 1).astype(np.uint8)
    core = cv2.distanceTransform(padded, cv2.DIST_L2, 5) >= wide
    if not core.any():
        return 1.0
    reached = cv2.distanceTransform((~core).astype(np.uint8), cv2.DIST_L2, 5) < wide
    return float((padded & ~reached).sum() / mask.sum())


def _steps(
    picture: np.ndarray, mask: np.ndarray, usable: np.ndarray, line: np.ndarray
) -> tuple[float, float]:
    """(flat, uneven) of a closed line, (n, 2) of x, y."""
    height, width = mask.shape
    smooth = cv2.GaussianBlur(picture, (0, 0), _SIGMA)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 3)
    columns, rows = line.T
    inwards = np.stack(
        (
            cv2.Sobel(soft, cv2.CV_32F, 1, 0)[rows, columns],
            cv2.Sobel(soft, cv2.CV_32F, 0, 1)[rows, columns],
        ),
        axis=1,
    )
    inwards *= _REACH / np.maximum(1e-6, np.hypot(*inwards.T))[:, None]
    limits = np.array((width - 1, height - 1))
    within, beyond = (
        np.rint(line + way * inwards).astype(int).clip(0, limits).T for way in (1, -1)
    )
    seen = usable[beyond[1], beyond[0]]
    # Where the frame cuts the subject there is no step to be seen.
    seen &= (line > 1).all(axis=1) & (line < limits - 1).all(axis=1)
    if seen.sum() < _FEW:
        return 1.0, 9.0
    rim = smooth[within[1], within[0]][seen].astype(np.float32)
    around = smooth[beyond[1], beyond[0]][seen].astype(np.float32)
    axis = np.median(around - rim, axis=0)
    axis /= max(1e-6, float(np.linalg.norm(axis)))
    steps, colours = (around - rim) @ axis, rim @ axis
    usual = max(1e-6, float(np.median(steps)))
    flat = float((steps < _WEAK * usual).mean())
    size = max(5, len(colours) // _STRETCH)
    closed = np.concatenate((colours[-size:], colours, colours[:size]))
    averages = np.convolve(closed, np.full(size, 1 / size), "valid")
    return flat, float((averages - np.median(averages)).max()) / usual
