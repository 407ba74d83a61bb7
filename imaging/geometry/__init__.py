"""How two pictures lie to each other, and what one measures, in a process of its own.

    proposal = geometry.propose_alignment(first, second)     # transform, belief, or refused
    ticks = geometry.find_ticks(picture, start, end)         # or Refused
    outline = geometry.find_outline(picture)                 # or Refused

It knows pixels: no patient, no millimetre but the scale it is given. `tasks` is what that process
does to files: `alignment` compares two pictures by features of the skin (`features`) and by windows
(`blocks`), without what is no skin (`surroundings`); `ruler` finds ticks; `outline` the lesion.
Everything is a proposal, and what is not believed is refused (docs/measuring.md: how often which).
"""

from .engine import close, find_outline, find_ticks, propose_alignment
from .protocol import REFUSALS, Outline, Picture, Proposal, Refused, Ticks
from .similarity import Similarity

__all__ = [
    "REFUSALS",
    "Outline",
    "Picture",
    "Proposal",
    "Refused",
    "Similarity",
    "Ticks",
    "close",
    "find_outline",
    "find_ticks",
    "propose_alignment",
]
