"""α and the foreground colour of every pixel at full size, a tile at a time.

There are three kinds of pixels: subject (unchanged, bit for bit), background (zeroed: nothing of it
is in the file), and the edge, where the colour is a mixture. There the foreground colour is
estimated by blur fusion (Forte, "Approximate fast foreground colour estimation", ICIP 2021), so
that no halo of the old background remains.
"""

from collections.abc import Callable

import cv2
import numpy as np

_TILE = 512  # px, approximately
_WIDE_RADIUS, _NARROW_RADIUS = 45, 4  # px of the reduced picture: of the two passes


def estimate_colours(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(h, w, 6) float32: the foreground and the background colour of every pixel, each estimated
    under the other too, for a reduced picture (h, w, 3; float32, 0 to 1) and its α (h, w)."""
    foreground = background = picture
    for radius in (_WIDE_RADIUS, _NARROW_RADIUS):
        foreground, background = _blur_fusion(
            picture, foreground, background, alpha[..., None], radius
        )
    return np.concatenate((foreground, background), axis=2)


def _blur_fusion(
    picture: np.ndarray,
    foreground: np.ndarray,
    background: np.ndarray,
    alpha: np.ndarray,
    radius: int,
) -> tuple[np.ndarray, np.ndarray]:
    size = (2 * radius + 1, 2 * radius + 1)

    def blurred(plane: np.ndarray) -> np.ndarray:
        return cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT).reshape(plane.shape)

    share = blurred(alpha)
    front = blurred(foreground * alpha) / (share + np.float32(1e-5))
    back = blurred(background * (1 - alpha)) / (1 - share + np.float32(1e-5))
    corrected = front + alpha * (picture - alpha * front - (1 - alpha) * back)
    return corrected.clip(0, 1), back.clip(0, 1)


def compose(
    pixels: np.ndarray,
    step: int,
    inside: np.ndarray,
    unknown: np.ndarray,
    planes: np.ndarray,
    alpha_of: Callable[[np.ndarray, np.ndarray], np.ndarray],
    colours: np.ndarray,
) -> None:
    """Multiply α into the alpha of `pixels` ((h, w, 4) uint8, in place) and zero the background.

    At the size reduced `step` times: `inside` and `unknown` bool (h, w); `planes` float32
    (h, w, n), from which `alpha_of(planes, colour)` computes α where it is unknown; `colours` from
    `estimate_colours`.
    """
    height, width = pixels.shape[:2]
    near = cv2.dilate(unknown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    planes = _padded(np.concatenate((planes, colours), axis=2))
    side = max(1, _TILE // step)
    for top in range(0, inside.shape[0], side):
        for left in range(0, inside.shape[1], side):
            small = np.s_[top : top + side, left : left + side]
            tile = pixels[
                top * step : min(height, (top + side) * step),
                left * step : min(width, (left + side) * step),
            ]
            if near[small].any():
                _edge_tile(
                    tile,
                    step,
                    inside[small],
                    near[small],
                    planes[top : top + side + 2, left : left + side + 2],
                    alpha_of,
                )
            elif not inside[small].all():
                tile[~_upscale_mask(inside[small], step, tile.shape)] = 0


def _edge_tile(
    tile: np.ndarray,
    step: int,
    inside: np.ndarray,
    near: np.ndarray,
    planes: np.ndarray,
    alpha_of: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    shape = tile.shape
    known, near = _upscale_mask(inside, step, shape), _upscale_mask(near, step, shape)
    planes = _upscale(planes, step)[: shape[0], : shape[1]]
    colour = tile[..., :3].astype(np.float32) * np.float32(1 / 255)
    alpha = np.where(near, alpha_of(planes[..., :-6], colour), known)
    levels = np.rint(alpha * 255).astype(np.uint8)
    mixed = (levels > 0) & (levels < 255)
    share, observed = alpha[mixed][:, None], colour[mixed]
    front, back = planes[mixed][:, -6:-3], planes[mixed][:, -3:]
    foreground = front + share * (observed - share * front - (1 - share) * back)
    tile[..., :3][mixed] = np.rint(foreground.clip(0, 1) * 255).astype(np.uint8)
    previous = tile[..., 3].astype(np.uint16)
    tile[..., 3] = (previous * levels + 127) // 255
    tile[tile[..., 3] == 0] = 0


def _padded(planes: np.ndarray) -> np.ndarray:
    return np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="edge")


def _upscale(planes: np.ndarray, step: int) -> np.ndarray:
    """Enlarged `step` times, with the pixel of padding on each side removed."""
    height, width = planes.shape[:2]
    size = (width * step, height * step)
    parts = [
        cv2.resize(np.ascontiguousarray(planes[..., at : at + 4]), size).reshape(*size[::-1], -1)
        for at in range(0, planes.shape[2], 4)
    ]
    return np.concatenate(parts, axis=2)[step:-step, step:-step]


def _upscale_mask(mask: np.ndarray, step: int, shape: tuple[int, ...]) -> np.ndarray:
    return mask.repeat(step, axis=0).repeat(step, axis=1)[: shape[0], : shape[1]]
