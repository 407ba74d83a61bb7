"""Photographs to upload: drawn once, each made one of its own by what its bytes say besides."""

import random
import struct
from dataclasses import dataclass

from tools import phantoms

SIZES = ((320, 240), (800, 600), (1600, 1200))
NOTES = 30  # bytes of a JPEG's comment: no two photographs of a run have the same


@dataclass(frozen=True)
class Pictures:
    """`bases`: JPEG files."""

    bases: tuple[bytes, ...]

    @classmethod
    def drawn(cls, seed, sizes=SIZES):
        made = []
        for number, size in enumerate(sizes):
            lesion = phantoms.Lesion(seed % 1000 + number)
            picture = phantoms.dermoscopy(seed % 1000 + number, size=size, lesion=lesion)
            made.append(phantoms.encode(picture, "JPEG"))
        return cls(tuple(made))

    def one(self, rng: random.Random) -> bytes:
        """A file that no other equals. Some have something behind the picture, as a telephone's
        moving photographs do: a part of such a file is a whole picture too."""
        base = rng.choice(self.bases)
        note = rng.randbytes(NOTES)
        comment = b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note
        film = rng.randbytes(rng.randrange(1000, 200_000)) if rng.random() < 0.2 else b""
        return base[:2] + comment + base[2:] + film
