"""What alignment is made of: transforms that compose, and what is no skin."""

import math

import numpy as np
import pytest

from imaging.geometry import Similarity, alignment, ruler, surroundings
from tools import phantoms
from tools.phantoms import places

TURNED = Similarity(0.8, 0.6, 10.0, -5.0)


class TestSimilarity:
    def test_it_turns_clockwise_and_scales(self):
        quarter = Similarity(0.0, 2.0, 0.0, 0.0)
        assert quarter.apply(1, 0) == (0, 2)  # y runs downwards
        assert (quarter.scale, quarter.turn) == (2, 90)

    def test_inverse_undoes_it(self):
        assert TURNED.inverse().apply(*TURNED.apply(3, 4)) == pytest.approx((3, 4))

    def test_it_holds_between_resized_pictures(self):
        x, y = TURNED.resized(3, 5).apply(3 * 3, 3 * 4)
        assert (x / 5, y / 5) == pytest.approx(TURNED.apply(3, 4))

    def test_two_landmarks_decide_it(self):
        points = (1.0, 2.0), (7.0, -3.0)
        found = Similarity.of_landmarks(points, tuple(TURNED.apply(*p) for p in points))
        assert found.apply(-2, 9) == pytest.approx(TURNED.apply(-2, 9))

    def test_one_landmark_twice_is_an_error(self):
        with pytest.raises(ValueError, match="same point"):
            Similarity.of_landmarks(((1, 1), (1, 1)), ((0, 0), (1, 1)))


class TestSurroundings:
    def test_ruler_is_no_skin_and_a_mole_is(self):
        """A ruler matches itself on anybody's skin."""
        mole = phantoms.Lesion(5, "naevus", 6.0)
        drawn = places.Place(5).visit(
            1, size=(384, 288), pose=places.Pose(), lesion=mole, ruler=True
        )
        scene = surroundings.look(np.asarray(drawn.picture))
        assert not scene.skin[-12:].any()
        assert scene.skin[:200].mean() > 0.98
        middle = np.argwhere(scene.lesion).mean(axis=0)[::-1]
        assert math.dist(middle, drawn.outline.mean(axis=0)) < 6

    def test_dermoscope_sees_skin_in_its_field_only(self):
        drawn = phantoms.dermoscopy(3, size=(384, 288), lesion=phantoms.Lesion(3))
        scene = surroundings.look(np.asarray(drawn))
        assert not scene.skin[:20, :20].any()
        assert scene.skin[144, 192]


def test_same_sticker_on_other_skin_is_not_believed():
    """A label with much texture agrees with itself, wherever it sticks; one of the skin's colour
    is not left out."""
    rng = np.random.default_rng(1)
    print_of = np.repeat(np.repeat(rng.integers(1, 3, (30, 40)), 6, 0), 6, 1)[..., None] / 2
    label = (print_of * (220, 180, 160)).astype(np.uint8)
    prepared = []
    for seed in (21, 22):
        picture = np.array(places.Place(seed).visit(seed, size=(800, 600)).picture)
        picture[40 : 40 + label.shape[0], 500 : 500 + label.shape[1]] = label
        prepared.append(alignment.prepare(picture))
    assert isinstance(alignment.align(*prepared), str)


def test_leaning_ticks_are_measured_at_right_angles():
    """A line drawn askew crosses the ticks at longer distances."""
    x = np.arange(900)
    grey = np.where(x % 20 < 3, 40, 220).astype(np.uint8)[None].repeat(300, 0)
    slope = math.tan(math.radians(6))
    found = ruler.ticks(grey, np.array([10.0, 60.0]), np.array([850.0, 60.0 + 840 * slope]))
    assert found.period == pytest.approx(20, rel=0.003)
