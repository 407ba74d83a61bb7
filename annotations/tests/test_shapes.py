"""What is read of a selector, and what is written of a shape."""

import pytest

from annotations.shapes import BadShape, Kind, read_selector, write_selector

SIZE = (320, 240)


def svg(element):
    return {"type": "SvgSelector", "value": f"<svg>{element}</svg>"}


def fragment(numbers):
    return {"type": "FragmentSelector", "value": f"xywh={numbers}"}


SHAPES = [
    (fragment("pixel:10,20,30.5,40"), Kind.RECTANGLE, [(10, 20), (40.5, 60)]),
    (fragment("10,20,30,40"), Kind.RECTANGLE, [(10, 20), (40, 60)]),
    (svg('<rect x="1" y="2" width="3" height="4"/>'), Kind.RECTANGLE, [(1, 2), (4, 6)]),
    (svg('<circle cx="7" cy="8" r="0"/>'), Kind.POINT, [(7, 8)]),
    (svg('<line x1="1" y1="2" x2="30" y2="4"/>'), Kind.LINE, [(1, 2), (30, 4)]),
    (
        svg('<line x1="1" y1="2" x2="30" y2="4" marker-end="url(#arrow)"/>'),
        Kind.ARROW,
        [(1, 2), (30, 4)],
    ),
    (svg('<circle cx="50" cy="60" r="10"/>'), Kind.ELLIPSE, [(50, 60), (60, 60), (50, 70)]),
    (
        svg('<ellipse cx="50" cy="60" rx="20" ry="10" transform="rotate(90 50 60)"/>'),
        Kind.ELLIPSE,
        [(50, 60), (50, 80), (40, 60)],
    ),
    (svg('<polygon points="1,2 30,4 5 60"/>'), Kind.POLYGON, [(1, 2), (30, 4), (5, 60)]),
    (svg('<polyline points="1,2 30,4 30,4 5,60"/>'), Kind.FREEHAND, [(1, 2), (30, 4), (5, 60)]),
    (svg('<path d="M1 2 L30 4 L 5 60 Z"/>'), Kind.POLYGON, [(1, 2), (30, 4), (5, 60)]),
    (svg('<path d="M 1,2 L 30,4 5,60"/>'), Kind.FREEHAND, [(1, 2), (30, 4), (5, 60)]),
]


@pytest.mark.parametrize(("selector", "kind", "points"), SHAPES)
def test_selector_is_read_and_written_again_in_the_same_words(selector, kind, points):
    """A shape that drifted with each save would leave the lesion it was drawn on."""
    shape = read_selector(selector)
    assert shape.kind == kind
    for read, wanted in zip(shape.points, points, strict=True):
        assert read == pytest.approx(wanted)
    written = write_selector(shape.within(*SIZE))
    again = read_selector(written).within(*SIZE)
    assert (again.kind, write_selector(again)) == (kind, written)


def test_oblique_ellipse_stays_in_place():
    drawn = 'cx="100.13" cy="90.27" rx="31.41" ry="7.77" transform="rotate(33.3 100.13 90.27)"'
    written = write_selector(read_selector(svg(f"<ellipse {drawn}/>")).within(*SIZE))
    assert written == write_selector(read_selector(written).within(*SIZE))
    assert 'rx="31.41" ry="7.77" transform="rotate(33.3000 100.13 90.27)"' in written["value"]


@pytest.mark.parametrize(
    ("selector", "code"),
    [
        (fragment("percent:1,2,3,4"), "not_a_number"),
        (fragment("pixel:1,2,3"), "unsupported_selector"),
        (fragment("pixel:1,2,3,nan"), "not_a_number"),
        (fragment("pixel:1,2,0,4"), "too_small"),
        (fragment("pixel:300,20,30,40"), "outside_picture"),
        (fragment("pixel:-5,20,30,40"), "outside_picture"),
        (svg('<line x1="1" y1="2" x2="1e999" y2="4"/>'), "not_a_number"),
        (svg('<line x1="1" y1="2" x2="1.2" y2="2.3"/>'), "too_small"),
        (svg('<line x1="1" y1="2" x2="1"/>'), "not_a_number"),
        (svg('<ellipse cx="5" cy="60" rx="20" ry="10"/>'), "outside_picture"),
        (svg('<polygon points="1,2 30"/>'), "not_a_number"),
        (svg('<polygon points="1,2 30,4 1,2"/>'), "too_small"),
        (svg('<polyline points="' + "1,2 3,4 " * 1500 + '"/>'), "too_many_points"),
        (svg('<path d="M1 2 C 3 4 5 6 7 8"/>'), "not_a_number"),
        (svg('<path d="L1 2"/>'), "unsupported_selector"),
        (svg('<text x="1" y="2">a</text>'), "unsupported_selector"),
        (svg('<script href="x"/>'), "unsupported_selector"),
        (svg('<polygon points="1,2 30,4 5,60" onload="x"/>'), "unsupported_selector"),
        (svg('<polygon points="1,2 30,4 5,60" style="fill:red"/>'), "unsupported_selector"),
        (svg("<g><circle cx='1' cy='2' r='3'/></g>"), "unsupported_selector"),
        (svg('<circle cx="7" cy="8" r="0"/><circle cx="7" cy="8" r="0"/>'), "unsupported_selector"),
        ({"type": "SvgSelector", "value": "<!DOCTYPE svg><svg/>"}, "unsupported_selector"),
        ({"type": "SvgSelector", "value": "<svg"}, "unsupported_selector"),
        ({"type": "SvgSelector", "value": "xywh=pixel:1,2,3,4"}, "unsupported_selector"),
    ],
)
def test_what_is_no_shape_of_this_picture_has_a_code(selector, code):
    """Somebody else's browser will draw what is kept: nothing but plain numbers may get through."""
    with pytest.raises(BadShape) as refused:
        read_selector(selector).within(*SIZE)
    assert refused.value.code == code
