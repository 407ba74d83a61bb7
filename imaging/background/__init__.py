"""A photograph without its background: engines behind one function, in a process of their own.

    cut = background.remove(original, out)      # Cutout, BackgroundFailed or EngineUnavailable

`cutout` is what that process does to a file: decode it whole, find the subject (`subject`: a
network) or the lesion (`lesion`), find α along its outline (`matte`), write the PNG (`compose`).
The web process loads none of it.
"""

from .protocol import ENGINES, FAILURES, BackgroundFailed, Cutout
from .removal import close, remove

__all__ = ["ENGINES", "FAILURES", "BackgroundFailed", "Cutout", "close", "remove"]
