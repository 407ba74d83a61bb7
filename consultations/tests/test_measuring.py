"""Figures in millimetres, with margins that hold: what lies within a margin is no change."""

import math
import random
from datetime import date, timedelta
from statistics import stdev

import pytest

from consultations import measuring
from consultations.measuring import Ellipse, Measured, MeasureRefused, Scale

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
HOOK = [(0.0, 0.0), (150.0, 30.0), (20.0, 70.0), (-40.0, 20.0)]
TENTH = Scale(0.1)  # mm per px
START = date(2026, 1, 1)


def sizes(*values, margin=0.5, days=30):
    return [
        (START + timedelta(days=days * n), Measured(value, margin, "mm"))
        for n, value in enumerate(values)
    ]


class TestScale:
    def test_line_along_a_ruler(self):
        scale = Scale.of_line((0, 0), (300, 400), 50, pointing=2)
        assert scale.mm_per_px == pytest.approx(0.1)
        assert scale.relative == pytest.approx(math.sqrt(2) * 2 / 500)

    def test_ticks_have_two_sigma(self):
        scale = Scale.of_ticks(20, 0.2, 1)
        assert (scale.mm_per_px, scale.uncertainty) == pytest.approx((0.05, 0.00025))

    @pytest.mark.parametrize(
        ("line", "mm", "code"),
        [
            (((5, 5), (5, 5)), 10, "too_short"),
            (((0, 0), (3, 0)), 10, "too_short"),
            (((0, 0), (math.nan, 0)), 10, "too_short"),
            (((0, 0), (100, 0)), 0, "impossible_length"),
            (((0, 0), (100, 0)), 10_000, "impossible_length"),
            (((0, 0), (100, 0)), math.nan, "impossible_length"),
            (((0, 0), (10, 0)), 2000, "impossible_scale"),
        ],
    )
    def test_impossible_scale_is_refused_with_a_code(self, line, mm, code):
        with pytest.raises(MeasureRefused) as refusal:
            Scale.of_line(*line, mm, pointing=1)
        assert refusal.value.code == code
        assert refusal.value.detail

    def test_points_outside_the_picture_are_refused(self):
        measuring.check_inside(SQUARE, 100, 100)
        for outside in ((101, 0), (0, -1), (math.nan, 0)):
            with pytest.raises(MeasureRefused, match="outside_picture"):
                measuring.check_inside([outside], 100, 100)


class TestShapes:
    def test_without_a_scale_figures_are_in_pixels(self):
        assert measuring.length(SQUARE[:2]).unit == "px"
        assert measuring.area(SQUARE).unit == "px²"

    def test_lengths_and_areas_of_a_square(self):
        found = [
            measuring.length(SQUARE, TENTH),
            measuring.perimeter(SQUARE, TENTH),
            measuring.area(SQUARE, TENTH),
            measuring.largest_diameter(SQUARE, TENTH),
        ]
        assert [m.value for m in found] == pytest.approx([30, 40, 100, 10 * math.sqrt(2)])
        assert [m.unit for m in found] == ["mm", "mm", "mm²", "mm"]

    def test_direction_and_closing_point_do_not_matter(self):
        for outline in (SQUARE[::-1], [*SQUARE, SQUARE[0]]):
            assert measuring.area(outline) == measuring.area(SQUARE)

    def test_ellipse(self):
        ellipse = Ellipse((50, 50), 30, 20, 0.7)
        assert measuring.area(ellipse).value == pytest.approx(math.pi * 600)
        assert measuring.area(ellipse.polygon()).value == pytest.approx(math.pi * 600, rel=1e-3)
        assert measuring.largest_diameter(ellipse).value == 60
        assert measuring.largest_diameter(ellipse.polygon()).value == pytest.approx(60, rel=1e-3)

    def test_disc_of_an_area(self):
        found = measuring.size_of_area(Measured(math.pi * 9, math.pi, "mm²"))
        assert (found.value, found.unit) == (pytest.approx(6), "mm")
        assert found.relative == pytest.approx(1 / 9 / 2)

    @pytest.mark.parametrize(
        ("outline", "code"),
        [
            (SQUARE[:2], "too_few_points"),
            ([(0, 0), (100, 100), (100, 0), (0, 100)], "crossing_outline"),
            ([(0, 0), (50, 0), (100, 0)], "too_short"),
            ([(0, 0), (50, math.inf), (100, 0)], "outside_picture"),
            (Ellipse((0, 0), 0, 5), "too_short"),
        ],
    )
    def test_what_is_no_outline_is_refused(self, outline, code):
        with pytest.raises(MeasureRefused) as refusal:
            measuring.area(outline)
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        "measure",
        [measuring.length, measuring.perimeter, measuring.area, measuring.largest_diameter],
    )
    def test_margin_is_what_unsteady_hands_make(self, measure):
        """The margin is two standard deviations of what the same person would find again."""
        rng = random.Random(1)
        wobbly = [
            measure([(x + rng.gauss(0, 2), y + rng.gauss(0, 2)) for x, y in HOOK]).value
            for _ in range(600)
        ]
        assert measure(HOOK, pointing=2).margin == pytest.approx(2 * stdev(wobbly), rel=0.25)

    def test_uncertain_scale_and_edge_widen_the_margin(self):
        exact = measuring.area(SQUARE, TENTH, pointing=0)
        unsure = measuring.area(SQUARE, Scale(0.1, 0.001), pointing=0)
        assert (exact.margin, unsure.relative) == pytest.approx((0, 2 * 2 * 0.01))
        assert measuring.area(SQUARE, pointing=0, edge=1).margin == 2 * 400
        assert measuring.largest_diameter(SQUARE, pointing=0, edge=1).margin == 4


class TestGrowth:
    def test_steady_growth_is_told_per_month(self):
        found = measuring.growth(sizes(5, 6, 7, 8, days=30.4375))
        assert found.per_month == pytest.approx(1, rel=0.02)
        assert found.is_change
        assert found.unit == "mm"

    def test_difference_within_the_margins_is_no_change(self):
        found = measuring.growth(sizes(5.0, 5.4))
        assert found.per_month > 0
        assert not found.is_change

    def test_order_does_not_matter(self):
        rows = sizes(5, 7, 6)
        assert measuring.growth(rows[::-1]) == measuring.growth(rows)

    def test_measurements_off_the_line_widen_the_margin(self):
        """Margins that are too small for what was measured cannot be relied on."""
        steady = measuring.growth(sizes(5, 6, 7, 8, 9, margin=0.1))
        restless = measuring.growth(sizes(5, 8, 5, 8, 9, margin=0.1))
        assert restless.margin > 5 * steady.margin

    def test_one_day_is_no_interval(self):
        assert measuring.growth([]) is None
        assert measuring.growth(sizes(5, 6, days=0)) is None

    @pytest.mark.parametrize(
        "rows",
        [
            [*sizes(5), (START, Measured(20, 1, "mm²"))],
            sizes(5, 6, margin=0),
        ],
    )
    def test_figures_that_cannot_be_compared_are_an_error(self, rows):
        with pytest.raises(ValueError, match=r"units|margin"):
            measuring.growth(rows)

    def test_nothing_is_told_of_what_does_not_grow(self):
        """Five times in a hundred is what two standard deviations allow."""
        rng = random.Random(2)
        told = sum(
            measuring.growth(sizes(*(rng.gauss(6, 0.25) for _ in range(count)))).is_change
            for count in (2, 3, 5)
            for _ in range(300)
        )
        assert 0 < told / 900 < 0.07
