"""Drawn skin of one place: what stays between visits, what does not, and a truth that holds."""

import math

import cv2
import numpy as np
import pytest

from tools import phantoms
from tools.phantoms import places

SIZE = (480, 360)


def visit(seed=1, *, place=4, view="macro", **options):
    mole = phantoms.Lesion(place, "naevus", 5.0, options.pop("growth", 0.0))
    conditions = places.Conditions(kept=options.pop("kept", 1.0), hair=0.0)
    options = {"pose": places.Pose(), "conditions": conditions} | options
    return places.Place(place, view).visit(seed, size=SIZE, lesion=mole, **options)


def likeness(one, other):
    """The correlation of two pictures' detail in the upper part, where no lesion is."""
    planes = []
    for picture in (one, other):
        grey = np.asarray(picture, float)[: SIZE[1] // 3, :, 1]
        planes.append((grey - cv2.GaussianBlur(grey, (0, 0), 8)).ravel())
    return np.corrcoef(*planes)[0, 1]


def test_same_arguments_give_the_same_picture():
    assert visit().picture.tobytes() == visit().picture.tobytes()


def test_kept_skin_is_found_again_and_other_skin_is_not():
    first = visit(1).picture
    assert likeness(first, visit(2).picture) > 2 * abs(likeness(first, visit(2, kept=0.0).picture))
    assert abs(likeness(first, visit(2, place=5).picture)) < 0.1


@pytest.mark.parametrize("view", ["macro", "dermoscopy"])
def test_truth_takes_one_picture_onto_the_other(view):
    pose = places.Pose((1.5, -0.5), 0.4, 1.2) if view == "macro" else places.Pose((0.4, 0), 0.4)
    first, second = visit(1, view=view), visit(2, view=view, pose=pose)
    truth = places.between(first, second)
    moved = first.outline @ truth[:, :2].T + truth[:, 2]
    assert math.dist(moved.mean(axis=0), second.outline.mean(axis=0)) < 1.5
    assert second.scale / first.scale == pytest.approx(np.hypot(*truth[:, 0]))


def test_size_is_told_in_millimetres_and_grows():
    first, later = visit(), visit(growth=0.5)
    assert first.area_mm2 == pytest.approx(math.pi * 2.5**2, rel=0.12)
    assert later.area_mm2 > 1.2 * first.area_mm2
    assert later.longest_mm > first.longest_mm > 4.5


def test_stretched_skin_stays_where_the_lesion_is():
    """Otherwise the truth would not be one there."""
    stretched = places.Conditions(kept=1.0, hair=0.0, stretch=0.03)
    first, second = visit(1), visit(1, conditions=stretched)
    assert np.abs(first.outline.mean(axis=0) - second.outline.mean(axis=0)).max() < 0.5
    assert likeness(first.picture, second.picture) < 0.9


@pytest.mark.parametrize("invalid", [{"view": "x-ray"}, {"bubbles": 3}])
def test_invalid_arguments_raise_value_error(invalid):
    with pytest.raises(ValueError, match=next(iter(invalid))):
        visit(**invalid)
