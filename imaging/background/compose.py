"""α and the subject's own colour, pixel by pixel at full size, a tile at a time.

Three kinds of pixels: of the subject (left as they are, bit for bit), of the background (zeroed:
nothing of it is in the file), and of the edge between, where the colour is a mixture. There the
subject's colour is estimated by blur fusion (Forte, "Approximate fast foreground colour
estimation", ICIP 2021): no halo of the old background.
"""

import cv2
import numpy as np

_TILE = 512  # px, about
_WIDE, _NARROW = 45, 4  # px of the reduced picture: radii of the two passes


def reduced_colours(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(h, w, 6) float32: the colours of subject and of background, each as if it went on under the
    other, of a reduced picture (h, w, 3; float32, 0 to 1) with its α (h, w)."""
    subject = background = picture
    for radius in (_WIDE, _NARROW):
        subject, background = _fused(picture, subject, background, alpha[..., None], radius)
    return np.concatenate((subject, background), axis=2)


def _fused(picture, subject, background, alpha, radius):
    size = (2 * radius + 1,) * 2

    def blurred(plane):
        return cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT).reshape(plane.shape)

    share = blurred(alpha)
    wide = blurred(subject * alpha) / (share + np.float32(1e-5))
    rest = blurred(background * (1 - alpha)) / (1 - share + np.float32(1e-5))
    mended = wide + alpha * (picture - alpha * wide - (1 - alpha) * rest)
    return mended.clip(0, 1), rest.clip(0, 1)


def compose(pixels, step, inside, unknown, planes, alpha_of, colours):
    """Write α into `pixels` (h, w, 4; uint8; its own alpha there before) and make the background
    nothing.

    inside, unknown: bool, of the picture reduced `step` times; planes: float32 (h, w, n) of it,
    from which `alpha_of(planes, colour)` makes α where it is unknown; colours: `reduced_colours`.
    """
    height, width = pixels.shape[:2]
    near = cv2.dilate(unknown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    planes = _padded(np.concatenate((planes, colours), axis=2))
    count = max(1, _TILE // step)
    for top in range(0, inside.shape[0], count):
        for left in range(0, inside.shape[1], count):
            small = np.s_[top : top + count, left : left + count]
            tile = pixels[
                top * step : min(height, (top + count) * step),
                left * step : min(width, (left + count) * step),
            ]
            if near[small].any():
                _edge_tile(
                    tile,
                    step,
                    inside[small],
                    near[small],
                    planes[top : top + count + 2, left : left + count + 2],
                    alpha_of,
                )
            elif not inside[small].all():
                tile[~_enlarged(inside[small], step, tile.shape)] = 0


def _edge_tile(tile, step, inside, near, planes, alpha_of):
    shape = tile.shape
    known, near = _enlarged(inside, step, shape), _enlarged(near, step, shape)
    planes = _resized(planes, step)[: shape[0], : shape[1]]
    colour = tile[..., :3].astype(np.float32) * np.float32(1 / 255)
    alpha = np.where(near, alpha_of(planes[..., :-6], colour), known)
    whole = np.rint(alpha * 255).astype(np.uint8)
    mixed = (whole > 0) & (whole < 255)
    share, seen = alpha[mixed][:, None], colour[mixed]
    subject, rest = planes[mixed][:, -6:-3], planes[mixed][:, -3:]
    own = subject + share * (seen - share * subject - (1 - share) * rest)
    tile[..., :3][mixed] = np.rint(own.clip(0, 1) * 255).astype(np.uint8)
    before = tile[..., 3].astype(np.uint16)
    tile[..., 3] = (before * whole + 127) // 255
    tile[tile[..., 3] == 0] = 0


def _padded(planes):
    return np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="edge")


def _resized(planes, step):
    """Enlarged `step` times, the pixel of padding on each side taken off again."""
    height, width = planes.shape[:2]
    size = (width * step, height * step)
    parts = [
        cv2.resize(np.ascontiguousarray(planes[..., at : at + 4]), size).reshape(*size[::-1], -1)
        for at in range(0, planes.shape[2], 4)
    ]
    return np.concatenate(parts, axis=2)[step:-step, step:-step]


def _enlarged(mask, step, shape):
    return mask.repeat(step, axis=0).repeat(step, axis=1)[: shape[0], : shape[1]]
