"""Background removal: engines behind one function, in a process of their own.

    cutout = background.remove(original, out)      # or BackgroundFailed, EngineUnavailable

`cutout` is what that process does to a file: decode it at full size, find the subject (`subject`,
a network) or the lesion (`lesion`), solve α along its outline (`matte`), compose the pixels
(`compose`) and write the PNG. The web process loads none of it.
"""

from .protocol import ENGINES, FAILURES, BackgroundFailed, Cutout
from .removal import close, remove

__all__ = ["ENGINES", "FAILURES", "BackgroundFailed", "Cutout", "close", "remove"]
