"""The outline of a mask as a few points: close to it, and never crossing itself."""

import numpy as np
import pytest

from imaging.background import lesion, outline
from imaging.background.protocol import MAX_TRACED
from imaging.background.rings import area, cross, without_repeats
from tools.bench import composites

SIZE = (1280, 960)  # px, of the picture; masks are reduced


def mask_of(seed, **options):
    return composites.composite(seed, size=(320, 240), **options)[1] > 0.5


def drawn(rings, shape):
    return outline.draw(rings, *SIZE, shape) > 0.5


@pytest.mark.parametrize("options", [{}, {"offset": 0.75}, {"subjects": 2}], ids=str)
def test_traced_outline_is_close_to_its_mask_in_few_points(options):
    for seed in range(3):
        mask = mask_of(seed, **options)
        rings = outline.trace(mask, *SIZE)
        assert sum(map(len, rings)) <= MAX_TRACED
        assert not cross(rings), "otherwise nobody could save it again"
        assert lesion.dice(drawn(rings, mask.shape), mask) > 0.93


def test_mask_at_the_frame_is_traced_along_the_frame():
    """Otherwise a strip along the frame would be lost at the first correction."""
    whole = np.ones((240, 320), bool)
    (ring,) = outline.trace(whole, *SIZE)
    assert sorted(map(tuple, ring)) == [(0, 0), (0, 960), (1280, 0), (1280, 960)]
    assert outline.trace(~whole, *SIZE) == []
    whole[80:160, 100:200] = False
    outer, hole = outline.trace(whole, *SIZE)
    assert not drawn([outer, hole], whole.shape)[120, 150]
    assert area(hole) < area(outer)


@pytest.mark.parametrize(
    ("ring", "crosses"),
    [
        ([[0, 0], [9, 0], [9, 9], [0, 9]], False),
        ([[0, 0], [9, 9], [9, 0], [0, 9]], True),
        ([[0, 0], [9, 0], [4, 0], [4, 9]], True),
        ([[0, 0], [9, 0], [0, 0], [0, 9]], True),
        ([[0, 0], [8, 0], [8, 8], [4, 0], [0, 8]], True),
    ],
)
def test_lines_that_cross_touch_or_fold_back_are_found(ring, crosses):
    assert cross([ring]) is crosses


def test_repeated_points_are_one():
    """Two points dragged onto one another are no fault."""
    twice = [[0, 0], [0, 0], [9, 0], [9, 9], [0, 0]]
    assert without_repeats(twice) == [[9, 0], [9, 9], [0, 0]]


def test_rings_may_lie_within_each_other_but_not_across():
    square = [[0, 0], [90, 0], [90, 90], [0, 90]]
    assert not cross([square, [[10, 10], [20, 10], [20, 20]]])
    assert cross([square, [[10, 10], [200, 10], [20, 20]]])
