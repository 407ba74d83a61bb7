"""How two pictures lie to each other, and what one measures, in a process of its own.

    proposal = geometry.propose_alignment(first, second)     # transform, belief; or Refused, as
    ticks = geometry.find_ticks(picture, start, end)         # all of these
    outline = geometry.find_outline(picture)
    circle = geometry.find_field(picture)                    # of a dermoscope

It knows pixels: no patient, no millimetre but the scale it is given. `tasks` is what that process
does to files: `alignment` compares two pictures by features of the skin (`features`) and by windows
(`blocks`), without what is no skin (`surroundings`); `ruler` finds ticks; `outline` the lesion;
`field` a round field of view.
Everything is a proposal, and what is not believed is refused (docs/measuring.md: how often which).
"""

from .engine import close, find_field, find_outline, find_ticks, propose_alignment
from .protocol import REFUSALS, Circle, Outline, Picture, Proposal, Refused, Ticks
from .similarity import Similarity

__all__ = [
    "REFUSALS",
    "Circle",
    "Outline",
    "Picture",
    "Proposal",
    "Refused",
    "Similarity",
    "Ticks",
    "close",
    "find_field",
    "find_outline",
    "find_ticks",
    "propose_alignment",
]
