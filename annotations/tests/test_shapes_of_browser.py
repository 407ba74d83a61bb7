"""The viewer's shapes (static/js/components/viewer/annotating/shapes.js), by Node: they say of a
shape what annotations/shapes.py says."""

import json
import math
import random
import shutil
import subprocess

import pytest
from django.conf import settings

from annotations.shapes import Kind, read_selector, write_selector

VIEWER = settings.BASE_DIR / "static/js/components/viewer"
TRIES = 60
SIZE = (8000, 8000)


@pytest.fixture
def answers(tmp_path):
    """A function: what the module's functions (as `s`) make of each value `v`."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("annotating", "drawing"):
        shutil.copytree(VIEWER / name, tmp_path / name)

    def ask(expression, values):
        program = f"""
            const s = await import({json.dumps((tmp_path / "annotating/shapes.js").as_uri())});
            const all = {json.dumps(values)}.map((v) => {expression});
            console.log(JSON.stringify(all));
        """
        options = {"input": program, "capture_output": True, "check": True, "text": True}
        return json.loads(subprocess.run(["node", "--input-type=module"], **options).stdout)

    return ask


@pytest.fixture
def drawn():
    """{kind, points} as somebody places them: an ellipse by the ends of an axis and an edge."""
    dice = random.Random(16)
    count = {"point": 1, "line": 2, "arrow": 2, "rectangle": 2, "ellipse": 3, "polygon": 7}

    def place():
        return [dice.uniform(3000, 5000), dice.uniform(3000, 5000)]

    return [
        {"kind": kind, "points": [place() for _ in range(count.get(kind, 40))]}
        for kind in Kind.values
        for _ in range(TRIES)
    ]


def test_what_is_drawn_is_read_and_written_in_the_servers_words(answers, drawn):
    """Words that differ would be a change of the shape with each time that its text is saved."""
    written = answers("s.writeSelector(v.kind, v.points)", drawn)
    read = answers("s.readSelector(v)", written)
    again = answers("s.writeSelector(v.kind, v.points)", read)
    for shape, selector, browser, second in zip(drawn, written, read, again, strict=True):
        stored = read_selector(selector).within(*SIZE)
        assert stored.kind == shape["kind"] == browser["kind"]
        assert write_selector(stored) == selector == second
        if stored.kind not in (Kind.ELLIPSE, Kind.RECTANGLE):
            for ours, theirs in zip(stored.points, shape["points"], strict=True):
                assert ours == pytest.approx(theirs, abs=0.006)


def test_ellipse_has_its_axis_where_it_was_drawn(answers, drawn):
    ellipses = [shape for shape in drawn if shape["kind"] == "ellipse"]
    written = answers("s.writeSelector(v.kind, v.points)", ellipses)
    for shape, selector in zip(ellipses, written, strict=True):
        (x1, y1), (x2, y2), edge = shape["points"]
        middle, end, side = read_selector(selector).points
        assert middle == pytest.approx(((x1 + x2) / 2, (y1 + y2) / 2), abs=0.006)
        assert end == pytest.approx((x2, y2), abs=0.2)
        along = ((edge[0] - x1) * (y2 - y1) - (edge[1] - y1) * (x2 - x1)) / math.dist((x1, y1), end)
        assert math.dist(middle, side) == pytest.approx(abs(along), abs=0.2)


def test_stroke_of_the_hand_has_fewer_points_and_the_same_course(answers):
    """Thousands of points a stroke would be refused by the server."""
    wave = [[x / 4, 300 + 50 * math.sin(x / 160)] for x in range(4000)]
    (kept,) = answers("s.simplify(v, 0.75)", [wave])
    assert len(kept) < 120
    (off,) = answers(
        "Math.max(...v[0].map((at) => Math.min(...v[1].slice(1)"
        ".map((end, place) => s.distanceTo(at, v[1][place], end)))))",
        [[wave, kept]],
    )
    assert off <= 0.75
