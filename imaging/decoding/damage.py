"""Damage that a JPEG decoder does not notice, detected in the decoded pixels.

The brightness of every block is coded as a difference from the previous block. Where bits are lost
or changed and the decoder resynchronises, everything after the damage is too bright or too dark by
the same amount: the rest of that row of blocks, and every row below. So there is a step along the
upper edge of that row, right of some column, and along its lower edge, left of that column, of the
same height everywhere. Photographs have no such edge.
"""

import numpy as np

MIN_STEP = 6  # levels: less is lost among edges, and hardly visible
MIN_AGREEMENT = 0.6  # share of the columns that must agree; intact photographs stay well below
_MAX_JUMP = 40  # levels: strong edges must not outweigh the many columns
_MIN_ROWS, _MIN_COLUMNS = 6, 12  # of blocks: with fewer, chance is too likely
_MAX_COLUMNS, _SAMPLES = 250, 2  # along an edge; per column


def has_step(plane: np.ndarray, block: tuple[int, int]) -> bool:
    """Whether `plane` ((h, w) brightness, uint8) has the step of a decoder that lost its place.

    `block` is (height, width) of an MCU, px at the plane's scale. Restart markers reset the
    brightness: files with them have no such step.
    """
    height, width = block
    columns = plane.shape[1] // width
    tops = np.arange(height, plane.shape[0] - 1, height)
    if height < 3 or len(tops) < _MIN_ROWS or columns < _MIN_COLUMNS:
        return False
    width *= -(-columns // _MAX_COLUMNS)  # wider ones are as good, and cheaper
    columns = plane.shape[1] // width
    stride = max(1, width // _SAMPLES)
    plane = plane[:, : columns * width : stride]
    above2, above, below, below2 = (plane[tops + k].astype(np.int16) for k in (-2, -1, 0, 1))
    # The jump across the edge, less what the picture's own gradient explains; in half levels.
    jump = 2 * (below - above) - (above - above2) - (below2 - below)
    jump = jump.reshape(len(tops), columns, -1).mean(axis=2, dtype=np.float32) / 2
    sums = np.zeros((len(tops), columns + 1), np.float32)
    np.cumsum(jump.clip(-_MAX_JUMP, _MAX_JUMP), axis=1, out=sums[:, 1:])
    # Right of each column along one edge, and left of it along the next.
    both = np.abs(sums[:-1, -1:] - sums[:-1] + sums[1:])
    edge = columns // 25 + 1  # closer to the border it may be a straight edge in the picture
    both = both[:, edge:-edge]
    row, column = map(int, np.unravel_index(both.argmax(), both.shape))
    column += edge
    inside = jump[row, column:], jump[row + 1, :column]
    outside = jump[row, :column], jump[row + 1, column:]
    step = np.median(np.concatenate(inside))

    def agreement(jumps: np.ndarray) -> float:
        return float(np.mean(np.abs(jumps - step) < max(2.5, abs(step) / 4)))

    return bool(
        abs(step) >= MIN_STEP
        and min(map(agreement, inside)) >= MIN_AGREEMENT
        and max(map(agreement, outside)) < MIN_AGREEMENT  # else it is an edge in the picture
    )
