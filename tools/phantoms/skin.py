"""Healthy skin: its colour by phototype, its mottling and its relief.

Colour is kept as absorbance: displayed sRGB = exp(-absorbance), so pigment and blood add up the way
they do in skin (light passes them twice) and a shadow is one more term.
"""

import numpy as np

from tools.phantoms.fields import cells, dots, noise, smoothstep

# Forearm-like skin under flash, sRGB, Fitzpatrick I to VI.
TONES = {
    1: (236, 203, 187),
    2: (226, 186, 164),
    3: (208, 164, 136),
    4: (178, 130, 100),
    5: (138, 95, 70),
    6: (99, 68, 52),
}
HAIR = {
    1: (150, 108, 70),
    2: (82, 58, 45),
    3: (58, 42, 32),
    4: (38, 30, 26),
    5: (26, 22, 21),
    6: (20, 18, 18),
}
# Absorbance per unit of pigment in R, G, B: melanin falls steadily from blue to red, haemoglobin
# has its bands in the green and blue and lets red through.
MELANIN = np.array([0.66, 0.89, 1.19], np.float32)
BLOOD = np.array([0.21, 0.92, 0.70], np.float32)
# Pigment deep in the dermis looks blue-grey (short wavelengths scatter back above it).
BLUE = -np.log(np.array([92, 104, 128], np.float32) / 255)
WHITE = -np.log(np.array([236, 222, 208], np.float32) / 255)


def tone(phototype):
    """Absorbance (3,) of the bare skin of a phototype 1..6."""
    return -np.log(np.array(TONES[phototype], np.float32) / 255)


class Layers:
    """What the light meets, each of shape (height, width) float32.

    melanin, blood: pigment units; blue, white: share 0..1 of blue-grey and of scar-white;
    height: relief in mm; cover: share 0..1 taken by lesions.
    """

    NAMES = ("melanin", "blood", "blue", "white", "height", "cover")

    def __init__(self, height, width):
        for name in self.NAMES:
            setattr(self, name, np.zeros((height, width), np.float32))

    def absorbance(self, base):
        """(3, height, width) float32 for skin of absorbance `base` (3,)."""
        out = np.empty((3, *self.melanin.shape), np.float32)
        # Very dense pigment saturates: black moles stay brown-black, not colourless zero.
        dense = 2.6 * (1 - np.exp(self.melanin * np.float32(-1 / 2.6)))
        for c in range(3):
            plane = base[c] + dense * MELANIN[c] + self.blood * BLOOD[c]
            plane += (BLUE[c] + base[c] * 0.3 - plane) * self.blue
            plane += (WHITE[c] + base[c] * 0.35 - plane) * self.white
            out[c] = plane
        return out


def mottle(layers, key, frame, phototype, strength=1.0):
    """Uneven melanin and blood: the blotches, flecks and tiny red points of real skin."""
    coarse = noise(key + 10, frame, 7.0, 2)
    blood = noise(key + 20, frame, 2.6, 3, 0.6)
    fleck = noise(key + 30, frame, 0.9, 4, 0.7)
    layers.blood += strength * (0.016 * coarse + 0.022 * blood + 0.014 * fleck)
    layers.melanin += strength * (0.010 * noise(key + 40, frame, 4.0, 2) - 0.008 * fleck)
    points = dots(key + 50, frame, 3.1, (0.03, 0.10), presence=0.22)
    layers.blood += strength * 0.22 * points * (1 if phototype < 5 else 0.4)
    fleck = dots(key + 60, frame, 6.0, (0.05, 0.22), presence=0.16, wobble=0.5)
    uneven = np.clip(1 + 0.5 * noise(key + 65, frame, 0.35, 2), 0, 2)
    layers.melanin += strength * (0.20 if phototype < 5 else 0.12) * fleck * uneven


def relief(layers, key, frame, angle, depth=1.0):
    """The lines of the skin: primary furrows round polygons, finer secondary ones, pores.

    Adds to `height` (mm, about 0.05 deep) and lets blood shine through the thin furrows. `angle`
    is the direction of the tension lines, rad.
    """
    patchy = noise(key + 1, frame, 3.0, 2)
    primary = cells(key + 2, frame, 0.78, jitter=1.0, angle=angle, stretch=1.3, wobble=0.6)
    second = cells(key + 4, frame, 0.36, jitter=1.0, angle=angle + 0.9, stretch=1.12, wobble=0.5)
    width = np.clip(0.14 + 0.04 * patchy, 0.07, 0.3)
    furrow = np.exp(-((primary / width) ** 2)) * np.clip(0.75 + 0.35 * patchy, 0.1, 1.5)
    fine = np.exp(-((second / np.float32(0.2)) ** 2)) * np.clip(
        0.55 + 0.4 * noise(key + 6, frame, 1.3), 0, 1.2
    )
    plateau = np.minimum(primary, 0.7)
    rough = noise(key + 7, frame, 0.16, 3, 0.65)
    height = -0.017 * furrow - 0.010 * fine + 0.016 * plateau + 0.0034 * rough
    pore = dots(key + 8, frame, 1.35, (0.05, 0.12), presence=0.55, wobble=0.6)
    height -= 0.025 * smoothstep(0.1, 0.9, pore)
    soft = 1 - 0.45 * layers.cover
    layers.height += np.float32(depth) * height * soft
    layers.blood += depth * soft * (0.045 * furrow + 0.020 * fine + 0.16 * pore)
    layers.melanin += depth * soft * (0.022 * furrow + 0.10 * pore)


def lit(height, frame, direction, slope=1.0):
    """Shading of a relief lit from `direction` (rad): about -1..1, 0 where level.

    Slopes are in mm per mm, so the same relief shades alike at any resolution.
    """
    step = np.float32(frame.scale * slope)
    dy, dx = np.empty_like(height), np.empty_like(height)
    dx[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * (step / 2)
    dy[1:-1] = (height[2:] - height[:-2]) * (step / 2)
    dx[:, 0], dx[:, -1], dy[0], dy[-1] = dx[:, 1], dx[:, -2], dy[1], dy[-2]
    rise = np.float32(np.cos(direction)) * dx + np.float32(np.sin(direction)) * dy
    return rise / np.sqrt(1 + dx * dx + dy * dy)
