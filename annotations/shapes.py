"""Where an annotation lies in its picture: a shape, as points and as a W3C selector.

Points are pixels of the original as it stands upright, from its upper left corner. A rectangle is a
media fragment, everything else one SVG element. Of SVG only what draws these shapes is read:
somebody else's browser will show what is stored here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, isfinite, radians, sin
from typing import Any
from xml.etree import ElementTree

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import ServiceError

MOST_POINTS = 2000
MOST_CHARACTERS = 64_000  # of a selector's value
MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"
SVG = "http://www.w3.org/2000/svg"
ARROW = "url(#arrow)"  # a line with this end is an arrow
NEAR = 0.5  # px that a shape may reach beyond the picture: the edge of its last pixel

Point = tuple[float, float]


class Kind(models.TextChoices):
    """What an annotation is drawn as."""

    POINT = "point", _("Point")
    LINE = "line", _("Line")
    ARROW = "arrow", _("Arrow")
    RECTANGLE = "rectangle", _("Rectangle")
    ELLIPSE = "ellipse", _("Ellipse")
    POLYGON = "polygon", _("Polygon")
    FREEHAND = "freehand", _("Freehand line")


CODES: dict[str, Any] = {
    "unsupported_selector": _(
        "Only a rectangle as a media fragment (xywh=pixel:) or one SVG element with plain numbers"
        " can be kept."
    ),
    "not_a_number": _("A coordinate is not a number."),
    "too_many_points": _("This shape has too many points."),
    "too_small": _("This shape is smaller than a pixel."),
    "outside_picture": _("This shape lies outside the picture."),
}


class BadShape(ServiceError):
    """One of CODES."""

    attr = "target.selector.value"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, CODES[code]


@dataclass(frozen=True, slots=True)
class Shape:
    """`points`, px: point: itself; line: its ends; arrow: its tail, then its head; rectangle: its
    upper left and lower right corner; ellipse: its middle, the end of one half axis and the end of
    the other; polygon and freehand: their corners in order, a polygon's first not again."""

    kind: Kind
    points: tuple[Point, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom; px."""
        xs, ys = zip(*self.points, strict=True)
        if self.kind == Kind.ELLIPSE:
            (x, y), (ax, ay), (bx, by) = self.points
            across, down = hypot(ax - x, bx - x), hypot(ay - y, by - y)
            return x - across, y - down, x + across, y + down
        return min(xs), min(ys), max(xs), max(ys)

    def within(self, width: int, height: int) -> "Shape":
        """The same shape, its points to a hundredth of a pixel; BadShape if it is not wholly in a
        picture of this size (px), or too small to be seen."""
        left, top, right, bottom = self.bounds
        if left < -NEAR or top < -NEAR or right > width + NEAR or bottom > height + NEAR:
            raise BadShape("outside_picture")
        if self.kind != Kind.POINT and max(right - left, bottom - top) < 1:
            raise BadShape("too_small")
        if self.kind in (Kind.RECTANGLE, Kind.ELLIPSE) and min(right - left, bottom - top) < 1:
            raise BadShape("too_small")
        if self.kind == Kind.ELLIPSE:
            return self  # rounded ends of its axes would turn it
        return Shape(self.kind, tuple((round(x, 2), round(y, 2)) for x, y in self.points))


def read_selector(selector: Mapping[str, Any]) -> Shape:
    """The shape of a FragmentSelector or SvgSelector {"type", "value"}. Raises BadShape."""
    value = selector["value"]
    if len(value) > MOST_CHARACTERS:
        raise BadShape("too_many_points")
    shape = _read_fragment(value) if selector["type"] == "FragmentSelector" else _read_svg(value)
    if len(shape.points) > MOST_POINTS:
        raise BadShape("too_many_points")
    return shape


def write_selector(shape: Shape) -> dict[str, str]:
    """The same shape always in the same words."""
    if shape.kind == Kind.RECTANGLE:
        left, top, right, bottom = shape.bounds
        numbers = ",".join(map(_text, (left, top, right - left, bottom - top)))
        return {
            "type": "FragmentSelector",
            "conformsTo": MEDIA_FRAGMENTS,
            "value": f"xywh=pixel:{numbers}",
        }
    return {"type": "SvgSelector", "value": f'<svg xmlns="{SVG}">{_element(shape)}</svg>'}


def _text(number: float) -> str:
    return f"{round(number, 2) + 0:.2f}".rstrip("0").rstrip(".")


def _element(shape: Shape) -> str:
    if shape.kind == Kind.POINT:
        ((x, y),) = shape.points
        return f'<circle cx="{_text(x)}" cy="{_text(y)}" r="0"/>'
    if shape.kind in (Kind.LINE, Kind.ARROW):
        ends = dict(zip(("x1", "y1", "x2", "y2"), sum(shape.points, ()), strict=True))
        drawn = " ".join(f'{name}="{_text(value)}"' for name, value in ends.items())
        head = f' marker-end="{ARROW}"' if shape.kind == Kind.ARROW else ""
        return f"<line {drawn}{head}/>"
    if shape.kind == Kind.ELLIPSE:
        (x, y), (ax, ay), (bx, by) = shape.points
        angle = degrees(atan2(ay - y, ax - x))
        turned = f' transform="rotate({angle:.4f} {_text(x)} {_text(y)})"' if angle else ""
        radii = _text(hypot(ax - x, ay - y)), _text(hypot(bx - x, by - y))
        middle = f'cx="{_text(x)}" cy="{_text(y)}"'
        return f'<ellipse {middle} rx="{radii[0]}" ry="{radii[1]}"{turned}/>'
    if shape.kind == Kind.POLYGON:
        points = " ".join(f"{_text(x)},{_text(y)}" for x, y in shape.points)
        return f'<polygon points="{points}"/>'
    # Annotorious 3.8, which many pages show annotations with, knows no polyline.
    steps = " L ".join(f"{_text(x)} {_text(y)}" for x, y in shape.points)
    return f'<path d="M {steps}"/>'


_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_FRAGMENT = re.compile(r"xywh=(?:pixel:)?([^,]+),([^,]+),([^,]+),([^,]+)")
_ROTATION = re.compile(rf"rotate\(\s*({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*\)")
_PATH = re.compile(r"M[^MLZz]+(?:L[^MLZz]+)*[Zz]?")
_LONGEST = 100  # characters of a number or a rotation: longer ones take a pattern its time


def _number(text: str | None) -> float:
    if text is None or len(text) > _LONGEST or not re.fullmatch(_NUMBER, text.strip()):
        raise BadShape("not_a_number")
    value = float(text)
    if not isfinite(value):
        raise BadShape("not_a_number")
    return value


def _read_fragment(value: str) -> Shape:
    found = _FRAGMENT.fullmatch(value.strip())
    if not found:
        raise BadShape("unsupported_selector")
    x, y, width, height = map(_number, found.groups())
    if width <= 0 or height <= 0:
        raise BadShape("too_small")
    return Shape(Kind.RECTANGLE, ((x, y), (x + width, y + height)))


def _read_svg(value: str) -> Shape:
    # Without declarations there are no entities to expand and no files to fetch.
    if "<!" in value or "<?" in value or "\0" in value:
        raise BadShape("unsupported_selector")
    try:
        root = ElementTree.fromstring(value)  # noqa: S314  # see above
    except ElementTree.ParseError as error:
        raise BadShape("unsupported_selector") from error
    drawn = list(root)
    if _name(root) != "svg" or len(drawn) != 1 or list(drawn[0]):
        raise BadShape("unsupported_selector")
    element = drawn[0]
    read, known = _ELEMENTS.get(_name(element), (None, frozenset()))
    words = [root.text, element.text, element.tail]
    if read is None or not set(element.attrib) <= known or any(map(str.strip, filter(None, words))):
        raise BadShape("unsupported_selector")
    return read(element)


def _name(element: "ElementTree.Element[str]") -> str:
    return element.tag.removeprefix(f"{{{SVG}}}")


def _numbers(element: "ElementTree.Element[str]", *names: str) -> list[float]:
    return [_number(element.get(name)) for name in names]


def _pairs(text: str) -> tuple[Point, ...]:
    numbers = re.findall(r"[^\s,]+", text)
    if len(numbers) > 2 * MOST_POINTS:
        raise BadShape("too_many_points")
    values = [_number(number) for number in numbers]
    if len(values) % 2:
        raise BadShape("not_a_number")
    points = tuple(zip(values[::2], values[1::2], strict=True))
    # One place twice draws nothing.
    return points[:1] + tuple(after for before, after in pairwise(points) if after != before)


def _circle(element: "ElementTree.Element[str]") -> Shape:
    x, y, r = _numbers(element, "cx", "cy", "r")
    return Shape(Kind.POINT, ((x, y),)) if r == 0 else _turned(x, y, r, r, 0)


def _ellipse(element: "ElementTree.Element[str]") -> Shape:
    x, y, across, down = _numbers(element, "cx", "cy", "rx", "ry")
    angle = 0.0
    if turned := element.get("transform"):
        found = _ROTATION.fullmatch(turned.strip()) if len(turned) <= _LONGEST else None
        if not found or max(abs(float(found[2]) - x), abs(float(found[3]) - y)) > NEAR:
            raise BadShape("unsupported_selector")
        angle = radians(_number(found[1]))
    return _turned(x, y, across, down, angle)


def _turned(x: float, y: float, across: float, down: float, angle: float) -> Shape:
    if across <= 0 or down <= 0:
        raise BadShape("too_small")
    first = (x + across * cos(angle), y + across * sin(angle))
    second = (x - down * sin(angle), y + down * cos(angle))
    return Shape(Kind.ELLIPSE, ((x, y), first, second))


def _line(element: "ElementTree.Element[str]") -> Shape:
    x1, y1, x2, y2 = _numbers(element, "x1", "y1", "x2", "y2")
    if (end := element.get("marker-end")) not in (None, ARROW):
        raise BadShape("unsupported_selector")
    return Shape(Kind.ARROW if end else Kind.LINE, ((x1, y1), (x2, y2)))


def _rect(element: "ElementTree.Element[str]") -> Shape:
    x, y, width, height = _numbers(element, "x", "y", "width", "height")
    if width <= 0 or height <= 0:
        raise BadShape("too_small")
    return Shape(Kind.RECTANGLE, ((x, y), (x + width, y + height)))


def _polygon(element: "ElementTree.Element[str]") -> Shape:
    return _closed(_pairs(element.get("points", "")))


def _polyline(element: "ElementTree.Element[str]") -> Shape:
    return _open(_pairs(element.get("points", "")))


def _path(element: "ElementTree.Element[str]") -> Shape:
    text = element.get("d", "").strip()
    if not _PATH.fullmatch(text):
        raise BadShape("unsupported_selector")
    points = _pairs(re.sub("[MLZz]", " ", text))
    return _closed(points) if text.endswith(("Z", "z")) else _open(points)


def _closed(points: tuple[Point, ...]) -> Shape:
    corners = points[:-1] if len(points) > 1 and points[0] == points[-1] else points
    if len(corners) < 3:
        raise BadShape("too_small")
    return Shape(Kind.POLYGON, corners)


def _open(points: tuple[Point, ...]) -> Shape:
    if len(points) < 2:
        raise BadShape("too_small")
    return Shape(Kind.FREEHAND, points)


_ELEMENTS: dict[str, tuple[Callable[["ElementTree.Element[str]"], Shape], frozenset[str]]] = {
    "circle": (_circle, frozenset({"cx", "cy", "r"})),
    "ellipse": (_ellipse, frozenset({"cx", "cy", "rx", "ry", "transform"})),
    "line": (_line, frozenset({"x1", "y1", "x2", "y2", "marker-end"})),
    "rect": (_rect, frozenset({"x", "y", "width", "height"})),
    "polygon": (_polygon, frozenset({"points"})),
    "polyline": (_polyline, frozenset({"points"})),
    "path": (_path, frozenset({"d"})),
}
