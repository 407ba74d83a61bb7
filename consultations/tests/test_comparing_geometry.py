"""The arithmetic of linked panes (static/js/consultations/comparing/geometry.js), by Node."""

import json
import math
import random
import subprocess

import pytest
from django.conf import settings

MODULE = settings.BASE_DIR / "static/js/consultations/comparing/geometry.js"
FRAME, BOX = {"width": 4032, "height": 3024}, {"width": 640, "height": 355}
TRIES = 200


def answers(expression, values):
    """What the module's functions (as `g`) make of each value `v`."""
    module = json.dumps(MODULE.read_text())
    program = f"""
        const address = "data:text/javascript," + encodeURIComponent({module});
        const g = await import(address);
        const all = {json.dumps(values)}.map((v) => {expression});
        console.log(JSON.stringify(all));
    """
    run = ["node", "--input-type=module", "-e", program]
    return json.loads(subprocess.run(run, capture_output=True, check=True, text=True).stdout)


@pytest.fixture
def known():
    """Similarities that are known, and two points each."""
    dice = random.Random(7)
    cases = []
    for _ in range(TRIES):
        scale, angle = math.exp(dice.uniform(-2, 2)), dice.uniform(-math.pi, math.pi)
        lying = {"a": scale * math.cos(angle), "b": scale * math.sin(angle)}
        lying |= {"x": dice.uniform(-5000, 5000), "y": dice.uniform(-5000, 5000)}
        points = [{"x": dice.uniform(0, 4000), "y": dice.uniform(0, 3000)} for _ in range(2)]
        cases.append({"t": lying, "points": points})
    return cases


def moved(lying, point):
    x, y = point["x"], point["y"]
    return {
        "x": lying["a"] * x - lying["b"] * y + lying["x"],
        "y": lying["b"] * x + lying["a"] * y + lying["y"],
    }


def close(one, other, far):
    return all(math.isclose(one[key], other[key], abs_tol=far) for key in other)


def test_two_landmarks_find_the_transform(known):
    for case in known:
        case["seen"] = [moved(case["t"], point) for point in case["points"]]
    found = answers("g.ofPairs(v.points, v.seen)", known)
    for case, transform in zip(known, found, strict=True):
        assert close(transform, case["t"], 1e-5)
    same = {"x": 5, "y": 5}
    assert answers("g.ofPairs(v, [{x: 1, y: 1}, {x: 2, y: 2}])", [[same, same]]) == [None]
    assert answers("g.ofPairs([{x: 1, y: 1}, {x: 2, y: 2}], v)", [[same, same]]) == [None]


def test_inverse_and_composition(known):
    unchanged = answers("g.apply(g.compose(g.invert(v.t), v.t), v.points[0])", known)
    for case, point in zip(known, unchanged, strict=True):
        assert close(point, case["points"][0], 1e-6)


def test_view_is_read_back_from_the_screen():
    """Whichever pane leads, the others get the view that it shows; a turn goes the short way."""
    dice = random.Random(8)
    views = [
        {
            "x": dice.uniform(0, 4032),
            "y": dice.uniform(0, 3024),
            "zoom": dice.uniform(0.5, 16),
            "angle": dice.uniform(-720, 720),
        }
        for _ in range(TRIES)
    ]
    frame, box = json.dumps(FRAME), json.dumps(BOX)
    screen = f"g.screenOf(v, {frame}, {box})"
    read = answers(f"g.viewOf({screen}, {frame}, {box}, v.angle + 30)", views)
    for view, told in zip(views, read, strict=True):
        assert close(told, view, 1e-6)


def test_push_moves_the_picture_as_far_as_the_hand(known):
    """Whatever the zoom and the turn: what was in the middle lies where it was pushed to."""
    frame, box = json.dumps(FRAME), json.dumps(BOX)
    views = [{"x": 900, "y": 700, "zoom": 1 + n / 20, "angle": 7.0 * n} for n in range(TRIES)]
    after = f"({{ ...v, ...g.pushed(v, {frame}, {box}, 40, -25) }})"
    places = answers(f"g.apply(g.screenOf({after}, {frame}, {box}), v)", views)
    assert all(close(place, {"x": 40, "y": -25}, 1e-6) for place in places)


def test_pictures_of_which_nothing_is_known_lie_middle_on_middle():
    sizes = [{"width": 1600, "height": 1200}, {"width": 3024, "height": 4032}]
    middles = answers(
        f"g.apply(g.centred(v, {json.dumps(FRAME)}), {{ x: v.width / 2, y: v.height / 2 }})", sizes
    )
    assert all(close(middle, {"x": 2016, "y": 1512}, 1e-6) for middle in middles)
    scales = answers(f"g.scaleOf(g.centred(v, {json.dumps(FRAME)}))", sizes)
    assert scales == [pytest.approx(4032 / 1600), pytest.approx(1)]


def test_pictures_of_known_scale_lie_at_one_scale():
    """A millimetre is as long in both, whatever the camera's distance and the file's size."""
    first = {"size": FRAME, "mm": 0.02}
    other = {"size": {"width": 2000, "height": 1500}, "mm": 0.05}
    rest = answers("g.restOf(v[0], v[1])", [[other, first], [other | {"mm": None}, first]])
    assert [round(transform["a"], 6) for transform in rest] == [2.5, 2.016]
    middle = moved(rest[0], {"x": 1000, "y": 750})
    assert close(middle, {"x": 2016, "y": 1512}, 1e-6)


def test_only_what_the_server_would_keep_is_sound():
    good = {"a": 1, "b": 0.5, "x": 10, "y": -10}
    bad = [good | change for change in ({"a": 0, "b": 0}, {"a": 200}, {"x": 2e6}, {"y": None})]
    assert answers("g.sound(v)", [good, *bad, None]) == [True, *[False] * 5]


def test_closest_picture_is_told_by_how_much():
    far, near = (
        {"size": FRAME, "transform": {"a": scale, "b": 0, "x": 0, "y": 0}} for scale in (1, 0.5)
    )
    assert answers("g.closeness(v)", [[far, near], [far, far]]) == [[1, 2], [1, 1]]
