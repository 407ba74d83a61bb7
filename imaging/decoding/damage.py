"""Damage that a JPEG decoder does not notice, found in the decoded pixels.

The brightness of every block is coded as its difference from the block before. Where bits are
lost or changed and the decoder falls into step again, all that follows is too bright or too dark
by one and the same amount: from the place of the damage to the end of its row of blocks, and on
every row beneath. So there is a step along the upper edge of that row, right of some column, and
along its lower edge, left of that column, equally high everywhere. Photographs have no such edge.
"""

import numpy as np

STEP = 6  # levels: what is lower is lost among edges, and is hardly seen
CONSTANT = 0.6  # share of the columns that must agree; whole photographs stay well under it
_CLIPPED = 40  # levels: strong edges shall not outweigh the many columns
_MIN_ROWS, _MIN_COLUMNS = 6, 12  # of blocks: in fewer, chance is too likely
_MAX_COLUMNS, _SAMPLES = 250, 2  # along an edge; in each of them


def has_step(plane: np.ndarray, block: tuple[int, int]) -> bool:
    """Is there the step of a lost place in `plane` (height × width, brightness, uint8)?

    `block` is (height, width) of a unit of the code (MCU), px at the plane's scale. At restart
    markers brightness begins anew: in a file with them there is no such step.
    """
    height, width = block
    columns = plane.shape[1] // width
    tops = np.arange(height, plane.shape[0] - 1, height)
    if height < 3 or len(tops) < _MIN_ROWS or columns < _MIN_COLUMNS:
        return False
    width *= -(-columns // _MAX_COLUMNS)  # wider ones tell as much, and cost less
    columns = plane.shape[1] // width
    stride = max(1, width // _SAMPLES)
    plane = plane[:, : columns * width : stride]
    above2, above, below, below2 = (plane[tops + k].astype(np.int16) for k in (-2, -1, 0, 1))
    # The jump across the edge, over what the picture's own slope explains; in half levels.
    jump = 2 * (below - above) - (above - above2) - (below2 - below)
    jump = jump.reshape(len(tops), columns, -1).mean(axis=2, dtype=np.float32) / 2
    sums = np.zeros((len(tops), columns + 1), np.float32)
    np.cumsum(jump.clip(-_CLIPPED, _CLIPPED), axis=1, out=sums[:, 1:])
    # Right of each column along one edge, and left of it along the next.
    both = np.abs(sums[:-1, -1:] - sums[:-1] + sums[1:])
    edge = columns // 25 + 1  # nearer to the border it might be a picture's own straight edge
    both = both[:, edge:-edge]
    row, column = np.unravel_index(both.argmax(), both.shape)
    column += edge
    inside = jump[row, column:], jump[row + 1, :column]
    outside = jump[row, :column], jump[row + 1, column:]
    step = np.median(np.concatenate(inside))

    def agree(jumps):
        return np.mean(np.abs(jumps - step) < max(2.5, abs(step) / 4))

    return bool(
        abs(step) >= STEP
        and min(map(agree, inside)) >= CONSTANT
        and max(map(agree, outside)) < CONSTANT  # or it goes all the way: an edge of the picture's
    )
