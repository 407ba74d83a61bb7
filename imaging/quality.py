"""Is the photograph sharp and well exposed? Said while the patient is still in the room."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from PIL import Image

MEASURED_LONG_EDGE = 1024  # px: sharpness is compared at one scale, whatever the camera
BLURRED, SOFT = 0.006, 0.010  # sharpness below which a picture is poor, acceptable
CLIPPED_POOR, CLIPPED_ACCEPTABLE = 0.20, 0.08  # share of clipped pixels

REASONS = {
    "blurred": _("Blurred"),
    "soft": _("Slightly blurred"),
    "overexposed": _("Overexposed"),
    "underexposed": _("Underexposed"),
    "damaged": _("Damaged file"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`level` is good, acceptable or poor; `codes` say why it is not good."""

    level: str
    codes: tuple[str, ...]

    @property
    def reasons(self):
        return [REASONS[code] for code in self.codes]

    @classmethod
    def of(cls, sharpness, exposure, *, damaged=False):
        """The verdict on `measure`'s two figures, or None where they are missing."""
        if sharpness is None or exposure is None:
            return None
        poor, fair = ["damaged"] if damaged else [], []
        if sharpness < BLURRED:
            poor.append("blurred")
        elif sharpness < SOFT:
            fair.append("soft")
        if abs(exposure) > CLIPPED_ACCEPTABLE:
            side = "overexposed" if exposure > 0 else "underexposed"
            (poor if abs(exposure) > CLIPPED_POOR else fair).append(side)
        level = "poor" if poor else "acceptable" if fair else "good"
        return cls(level, tuple(poor + fair))


def measure(picture: Image.Image) -> tuple[float, float]:
    """(sharpness, exposure) of an upright RGB picture, any size.

    Sharpness is the 99th percentile of the absolute Laplacian at `MEASURED_LONG_EDGE` px, as a
    share of full scale: the strongest edges tell, so that plain skin around a sharp lesion does
    not count against it. Exposure is the signed share of clipped pixels in the middle of the
    frame (a dermoscope's black surround is not darkness): > 0 blown out, < 0 lost in black.
    """
    grey = picture.convert("L")
    grey.thumbnail((MEASURED_LONG_EDGE,) * 2, Image.Resampling.BILINEAR, reducing_gap=2)
    luma = np.asarray(grey, dtype=np.int16)
    height, width = luma.shape
    centre = luma[height // 6 : height - height // 6, width // 6 : width - width // 6]
    over, under = float(np.mean(centre >= 252)), float(np.mean(centre <= 6))
    exposure = over if over >= under else -under
    if min(centre.shape) < 3:
        return 0.0, exposure
    laplacian = (
        4 * centre[1:-1, 1:-1]
        - centre[:-2, 1:-1]
        - centre[2:, 1:-1]
        - centre[1:-1, :-2]
        - centre[1:-1, 2:]
    )
    return float(np.percentile(np.abs(laplacian), 99)) / 1020, exposure
