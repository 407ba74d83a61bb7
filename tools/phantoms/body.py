"""A limb or a back on a drape: its outline, its roundness, and where lesions sit on it."""

import numpy as np

from tools.phantoms import skin
from tools.phantoms.fields import cells, dots, generator, noise, smoothstep
from tools.phantoms.lesion import Lesion

_DRAPE = -np.log(np.array([148, 151, 150], np.float32) / 255)


class Body:
    """Coordinates on the body: u mm along its axis, v across it (-1..1 between the outlines)."""

    def __init__(self, rng, key, frame):
        self.key, self.frame = key, frame
        self.limb = bool(rng.random() < 0.55)
        wide = frame.width >= frame.height
        if self.limb:
            self.angle = float(rng.uniform(-0.28, 0.28) + (0 if wide else np.pi / 2))
            self.half, self.taper = rng.uniform(52, 72), rng.uniform(0.04, 0.14)
            self.bulge, self.middle = rng.uniform(2, 6), rng.normal(0, 6)
        else:
            self.angle = float(np.pi / 2 + rng.uniform(-0.05, 0.05))
            self.half, self.taper = rng.uniform(128, 142), rng.uniform(-0.16, -0.06)
            self.bulge, self.middle = rng.uniform(3, 7), rng.normal(0, 8)
        self.wave = rng.uniform(0, 2 * np.pi)
        self.hairy = self.limb and rng.random() < 0.7
        self.light = rng.choice([-1, 1]) * rng.uniform(0.15, 0.45)
        self.spots = [
            Lesion(int(rng.integers(1 << 30)), "naevus", float(rng.uniform(0.9, 3.0)))
            for _ in range(int(rng.integers(5, 12)))
        ]
        self.u, self.v, self.width = self._across(*frame.axes())

    def _across(self, x, y):
        c, s = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        u, across = c * x + s * y, c * y - s * x
        width = self.half + self.taper * u + self.bulge * np.sin(u / 62 + self.wave)
        middle = self.middle + 5 * np.sin(u / 105 + self.wave * 1.7)
        return u, ((across - middle) / width).astype(np.float32), width.astype(np.float32)

    def inside(self, points):
        """Which of `points` (n, 2) mm lie on the body."""
        return np.abs(self._across(points[:, 0], points[:, 1])[1]) < 0.96

    def _point(self, u, v):
        """The millimetre in the picture of body coordinates (u, v)."""
        width = self.half + self.taper * u + self.bulge * np.sin(u / 62 + self.wave)
        across = v * width + self.middle + 5 * np.sin(u / 105 + self.wave * 1.7)
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.array([c * u - s * across, s * u + c * across])

    def places(self, lesions):
        """(lesion, (x, y) mm) pairs: the given ones, kept apart, then small incidental naevi."""
        frame, taken, out = self.frame, [], []
        room = np.array([frame.width, frame.height]) / 2 / frame.scale
        along = room[0] * abs(np.cos(self.angle)) + room[1] * abs(np.sin(self.angle))
        for lesion in (*lesions, *self.spots):
            if lesion.diameter_mm * frame.scale < 1.2:
                continue
            rng = generator("place", lesion.seed)
            best, gap = None, -np.inf
            for _ in range(12):
                at = self._point(rng.uniform(-0.8, 0.8) * along, rng.uniform(-0.68, 0.68))
                free = min((np.hypot(*(at - other)) for other in taken), default=np.inf)
                free = min(free, 4 * np.min(room - np.abs(at)))
                if free > gap:
                    best, gap = at, free
                if gap > 14:
                    break
            taken.append(best)
            out.append((lesion, best))
        return out

    def texture(self, layers, phototype):
        """Blotches, veins and the fine grain of skin seen from half a metre."""
        key, frame = self.key, self.frame
        layers.blood += 0.020 * noise(key + 1, frame, 38, 3) + 0.014 * noise(key + 9, frame, 9, 4)
        layers.melanin += 0.014 * noise(key + 20, frame, 60, 3)
        skin.mottle(layers, key + 100, frame, phototype, 0.6)
        freckle = dots(key + 30, frame, 11, (0.04, 0.10), presence=0.3, wobble=0.8)
        layers.melanin += 0.28 * freckle * smoothstep(-0.4, 1.5, noise(key + 31, frame, 40))
        # At this distance only the crossing of the furrows shows, as a grain.
        lines = cells(key + 40, frame, 1.25, jitter=1.0, angle=self.angle + 0.6, stretch=1.25)
        furrow = np.exp(-((lines / np.float32(0.2)) ** 2))
        furrow *= np.clip(0.7 + 0.4 * noise(key + 42, frame, 6, 2), 0, 1.5)
        rough = np.abs(noise(key + 44, frame, 0.9, 2, 0.7))
        layers.height += (0.026 * rough - 0.030 * furrow) * (1 - 0.4 * layers.cover)
        layers.blood += 0.035 * furrow
        layers.height += 0.35 * noise(key + 50, frame, 30, 2)
        if self.limb:
            vein = np.abs(noise(key + 60, frame, 42, 3, 0.4, stretch=1.5))
            vein = np.exp(-((vein / np.float32(0.10)) ** 2))
            vein *= smoothstep(0, 1.6, noise(key + 64, frame, 50))
            layers.blue += 0.09 * vein * (1 if phototype < 4 else 0.4)

    def absorbance(self, layers, base):
        """(3, height, width): the skin, rounded off by the light, before the drape."""
        v, away = self.v, np.float32(self.light)
        r = np.minimum(np.abs(v), 1)
        # A trunk is flatter than a limb: only its flanks turn away.
        bow = r if self.limb else r**2.6
        facing = np.sqrt(np.maximum(1 - bow * bow, 0)) * np.cos(away) + np.sign(v) * bow * np.sin(
            away
        )
        dim = -np.log(0.30 + 0.70 * np.clip(facing, 0.02, 1)) * 0.75
        if not self.limb:
            dim += self._back()
        layers.blood += 0.16 * bow**3
        plane = layers.absorbance(base)
        plane += dim + 0.55 * skin.lit(layers.height, self.frame, -2.0 + self.angle * 0.2)
        edge = 0.5 / self.frame.scale + 0.25
        on = smoothstep(-edge, edge, (1 - np.abs(v)) * self.width)
        drape = self._drape()
        for c in range(3):
            cloth = drape + _DRAPE[c]
            plane[c] = cloth + (plane[c] - cloth) * on
        return plane

    def _back(self):
        """The furrow of the spine between its muscles, and the edges of the shoulder blades."""
        side, u = np.abs(self.v), self.u
        spine = 0.11 * np.exp(-((side / 0.075) ** 2)) - 0.06 * np.exp(-(((side - 0.17) / 0.1) ** 2))
        blade = side - 0.52 + 0.0016 * (u + 60) + 0.03 * np.sin(u / 30)
        upper = 1 - smoothstep(-60, 10, u)
        return spine + 0.10 * upper * np.exp(-((blade / 0.06) ** 2))

    def _drape(self):
        """Absorbance added by folds and weave of the cloth, and by the body's shadow on it."""
        frame, key = self.frame, self.key
        fold = noise(key + 70, frame, 60, 3, 0.35, stretch=2.4)
        fold = np.abs(fold) ** 1.3 * 5.0 + noise(key + 74, frame, 90) * 5
        cloth = 0.55 * skin.lit(fold.astype(np.float32), frame, -2.2, 0.8)
        cloth += 0.014 * noise(key + 77, frame, 0.5, stretch=2.0)
        beyond = np.maximum(np.abs(self.v) - 1, 0) * self.width
        near = np.where(np.sign(self.v) == np.sign(-self.light), 0.75, 0.35).astype(np.float32)
        return cloth + near * np.exp(-beyond / np.float32(11))
