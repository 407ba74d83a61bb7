"""Background removal: engines behind one function, in a process of their own.

    cutout = background.remove(original, out)      # or BackgroundFailed, EngineUnavailable

`follow` cuts along an outline that a person drew, `trace` finds the outline of a cut-out.

`cutout` is what that process does to a file: decode it at full size, find the subject (`subject`,
a network) or the lesion (`lesion`), solve α along its outline (`matte`), compose the pixels
(`compose`) and write the PNG. The web process loads none of it.
"""

from .protocol import BY_HAND, ENGINES, FAILURES, OUTLINE, BackgroundFailed, Cutout, Rings
from .removal import close, follow, remove, trace

__all__ = [
    "BY_HAND",
    "ENGINES",
    "FAILURES",
    "OUTLINE",
    "BackgroundFailed",
    "Cutout",
    "Rings",
    "close",
    "follow",
    "remove",
    "trace",
]
