"""Lengths, areas and their margins: of shapes whose true size is known."""

import random
from math import pi
from statistics import stdev

import pytest
from django.utils import translation

from consultations.measuring import geometry as g
from core.templatetags.units import with_margin

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]


def test_known_sizes():
    assert g.main_figure(g.LENGTH, [[1, 1], [4, 5]], 1).value == 5
    assert g.main_figure(g.POLYLINE, [[0, 0], [3, 4], [3, 10]], 1).value == 11
    assert g.main_figure(g.POLYGON, SQUARE, 1).value == 100
    assert g.perimeter(g.POLYGON, SQUARE, 1).value == 40
    assert g.largest_diameter(g.POLYGON, SQUARE, 1).value == pytest.approx(200**0.5)
    ellipse = [[0, 0], [20, 0], [13, 5]]  # half axes 10 and 5, wherever beside the axis it is put
    assert g.main_figure(g.ELLIPSE, ellipse, 1).value == pytest.approx(pi * 50)
    assert g.largest_diameter(g.ELLIPSE, ellipse, 1).value == 20
    assert g.perimeter(g.ELLIPSE, ellipse, 1).value == pytest.approx(48.442, abs=0.001)
    assert g.largest_diameter(g.POLYLINE, SQUARE, 1) is g.perimeter(g.LENGTH, SQUARE[:2], 1) is None


@pytest.mark.parametrize(
    ("kind", "points", "name"),
    [
        ("length", [[0, 0], [400, 300]], "main_figure"),
        ("polyline", [[0, 0], [100, 0], [200, 0], [200, 150]], "main_figure"),
        ("polygon", [[0, 0], [300, 20], [340, 250], [60, 280]], "main_figure"),
        ("polygon", [[0, 0], [300, 20], [340, 250], [60, 280]], "perimeter"),
        ("ellipse", [[0, 0], [400, 0], [200, 120]], "main_figure"),
    ],
)
def test_deviation_is_that_of_points_placed_again_and_again(kind, points, name):
    """A margin that is too small calls noise a growing lesion."""
    dice, pointing = random.Random(4), 3
    figure = getattr(g, name)

    def again():
        placed = [[dice.gauss(x, pointing), dice.gauss(y, pointing)] for x, y in points]
        return figure(kind, placed, pointing).value

    told = figure(kind, points, pointing).deviation
    assert told == pytest.approx(stdev(again() for _ in range(1500)), rel=0.1)


def test_scale_goes_into_the_margin_and_into_an_areas_twice():
    length, margin = g.Figure(100, 0).scaled(0.1, 0.02)
    assert (length, margin) == (10, pytest.approx(2 * 0.02 * 10))
    area, margin = g.Figure(100, 0, power=2).scaled(0.1, 0.02)
    assert (area, margin) == (pytest.approx(1), pytest.approx(2 * 2 * 0.02))


@pytest.mark.parametrize(
    ("points", "crosses"),
    [
        (SQUARE, False),
        ([[0, 0], [10, 10], [10, 0], [0, 10]], True),
        ([[0, 0], [10, 0], [5, 0], [5, 5]], True),  # back over itself
        ([[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]], True),  # touches its own side
        ([[0, 0], [10, 0], [5, 8]], False),
    ],
)
def test_outline_that_meets_itself(points, crosses):
    assert g.crosses_itself(points) is crosses


def test_disc_of_an_area_is_as_sure_as_the_area():
    disc = g.disc_diameter(g.Figure(pi * 100, pi * 10, power=2))
    assert (disc.value, disc.deviation / disc.value) == (20, pytest.approx(0.1 / 2))


@pytest.mark.parametrize(
    ("value", "margin", "text"),
    [
        (7.23, 0.27, "7.2 mm ± 0.3"),
        (7.23, 0.121, "7.23 mm ± 0.13"),
        (41.7, 3.1, "42 mm ± 4"),
        (312.4, 33.2, "312 mm ± 34"),
        (0.5, 0.00001, "0.500 mm ± 0.001"),
        (5, 0, "5.00 mm ± 0.00"),
        (9.999, 0.1, "10.00 mm ± 0.10"),
    ],
)
def test_as_many_digits_as_the_margin_allows(value, margin, text):
    with translation.override("en"):
        assert with_margin(value, margin, "mm").replace("\u00a0", " ") == text
    with translation.override("fr"):
        assert with_margin(value, margin, "mm").replace("\u00a0", " ") == text.replace(".", ",")
