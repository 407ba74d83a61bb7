"""Pictures whose α is known by construction: a drawn subject with hair on a drawn background."""

import cv2
import numpy as np

from tools.phantoms.fields import generator

# How far the subject's colours are from the background's, and what else makes it hard.
STEPS = (
    ("plain", {}),
    ("small", {"scale": 0.35}),
    ("cut by the frame", {"offset": 0.75}),
    ("two subjects", {"subjects": 2}),
    ("contrast 0.25", {"contrast": 0.25}),
    ("contrast 0.12", {"contrast": 0.12}),
    ("contrast 0.06", {"contrast": 0.06}),
    ("cluttered", {"clutter": 25}),
    ("cluttered, contrast 0.6", {"clutter": 25, "contrast": 0.6}),
    ("cluttered, contrast 0.4", {"clutter": 25, "contrast": 0.4}),
    ("cluttered, two subjects", {"clutter": 25, "subjects": 2}),
    ("cluttered much", {"clutter": 80}),
    ("out of focus", {"blur": 6}),
    ("noise", {"noise": 25}),
    ("patched", {"patch": "background"}),
    ("patched, small", {"patch": "background", "scale": 0.5}),
    ("glare", {"patch": "glare"}),
    ("holds something", {"patch": "prop"}),
)


def composite(
    seed,
    *,
    size=(640, 480),
    scale=1.0,
    offset=0.0,
    clutter=0,
    subjects=1,
    contrast=1.0,
    blur=0,
    noise=3,
    patch="",
):
    """(RGB picture as uint8 (h, w, 3), α as float32 (h, w)): a furry figure before a background.

    scale: of its size; offset: of the half frame, to one side; clutter: shapes in the background;
    contrast: of its colours to the background's; blur: Gaussian σ of the whole, px; noise: σ in
    codes; patch: a piece of the figure in the background's colours ("background"), a reflection on
    its outline ("glare"), or bars of its colours that it holds and that are no part of it ("prop").
    """
    rng = generator(seed, "composite")
    width, height = size
    back = _background(rng, size, clutter)
    alpha = np.zeros((height, width), np.float32)
    for number in range(subjects):
        apart = (number - (subjects - 1) / 2) * 0.5 * width
        middle = np.array([width * (0.5 + offset / 2) + apart, height * 0.52])
        alpha = np.maximum(alpha, _figure(rng, size, middle, 0.36 * height * scale / subjects**0.5))
    front = _coat(rng, size)
    mean = back.reshape(-1, 3).mean(axis=0)
    front = mean + (front - mean) * np.float32(contrast)
    if patch:
        front, back = _patched(rng, patch, front, back, alpha)
    picture = front * alpha[..., None] + back * (1 - alpha[..., None])
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
        alpha = cv2.GaussianBlur(alpha, (0, 0), blur)
    picture = picture + rng.normal(0, noise, picture.shape)
    return picture.clip(0, 255).astype(np.uint8), alpha


def _patched(rng, patch, front, back, alpha):
    """(front, back) with what `composite` says of `patch`, on the outline of the figure."""
    lines, _tree = cv2.findContours(
        (alpha > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    line = max(lines, key=cv2.contourArea)[:, 0]
    radius = np.sqrt(alpha.sum() / np.pi)
    if patch == "prop":
        back, colour = back.copy(), tuple(map(float, np.median(front.reshape(-1, 3), axis=0)))
        for _ in range(4):
            at, angle = line[rng.integers(len(line))], rng.uniform(0, 2 * np.pi)
            tip = at + radius * rng.uniform(0.5, 1.5) * np.array((np.cos(angle), np.sin(angle)))
            ends = (tuple(map(int, at)), tuple(map(int, tip)))
            cv2.line(back, *ends, colour, round(rng.uniform(3, 22)), cv2.LINE_AA)
        return front, back
    at, axes = line[rng.integers(len(line))], rng.uniform(0.35, 0.75, 2) * radius
    plane = np.zeros(alpha.shape, np.uint8)
    turn = rng.uniform(0, 180)
    cv2.ellipse(plane, tuple(map(int, at)), tuple(map(int, axes)), turn, 0, 360, 255, -1)
    soft = 15 if patch == "glare" else 3
    share = 0.9 * cv2.GaussianBlur(plane.astype(np.float32) / 255, (0, 0), soft)[..., None]
    if patch == "glare":
        return front * (1 - share) + 250 * share, back * (1 - share) + 250 * share
    return front * (1 - share) + back * share, back


def _background(rng, size, clutter):
    width, height = size
    grid = rng.uniform(60, 200, (1, 1, 3)) + rng.normal(0, 25, (3, 4, 3))
    back = cv2.resize(grid.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    for _ in range(clutter):
        corner = (rng.uniform(0, 1, 2) * size).astype(int)
        reach = (rng.uniform(0.03, 0.2, 2) * height).astype(int) + 2
        colour = tuple(
            float(c) for c in back[min(corner[1], height - 1), min(corner[0], width - 1)]
        )
        colour = tuple(c + d for c, d in zip(colour, rng.normal(0, 45, 3), strict=True))
        cv2.ellipse(back, tuple(map(int, corner)), tuple(map(int, reach)), 0, 0, 360, colour, -1)
    return back.clip(5, 250)


def _coat(rng, size):
    """The colours of the subject: warm or dark, streaked."""
    width, height = size
    base = np.array([[220, 120, 40], [235, 225, 210], [60, 40, 35], [170, 30, 50]])
    streaks = rng.normal(0, 18, (height // 4, width // 16, 1)).astype(np.float32)
    streaks = cv2.resize(streaks, size, interpolation=cv2.INTER_CUBIC)[..., None]
    return (base[rng.integers(len(base))] + streaks).astype(np.float32).clip(0, 255)


def _figure(rng, size, middle, radius):
    """α of a body, a head and ears, drawn four times as large, with hair along the outline."""
    fine = 4
    canvas = np.zeros((size[1] * fine, size[0] * fine), np.uint8)
    parts = [(0, 0.35, 0.62, 0.72), (0, -0.55, 0.42, 0.40)]
    parts += [(side * 0.3, -0.95, 0.12, 0.22) for side in (-1, 1)]
    for x, y, wide, high in parts:
        at = (middle + np.array([x, y]) * radius) * fine
        axes = (max(1, int(wide * radius * fine)), max(1, int(high * radius * fine)))
        cv2.ellipse(canvas, tuple(int(v) for v in at), axes, 0, 0, 360, 255, -1)
    outlines, _tree = cv2.findContours(canvas, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        points = outline[:, 0].astype(float)
        for root in points[:: max(1, 3 * fine)]:
            out = root - middle * fine
            out = out / max(1.0, np.hypot(*out)) + rng.normal(0, 0.35, 2)
            tip = root + out * rng.uniform(0.02, 0.12) * radius * fine
            line = np.array([root, (root + tip) / 2 + rng.normal(0, 1.5, 2), tip])
            cv2.polylines(canvas, [line.astype(np.int32)], False, 255, max(1, fine // 2))
    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def soft_dice(some, other):
    """2 Σ min / Σ sum of two α, 0 to 1."""
    return float(2 * np.minimum(some, other).sum() / max(1e-6, some.sum() + other.sum()))
