"""Growth of a lesion: what lies within a margin is no change."""

import random
from datetime import date, timedelta

import pytest

from consultations.measuring.growth import growth

START = date(2026, 1, 1)


def sizes(*values, margin=0.5, days=30.0):
    return [
        (START + timedelta(days=days * number), value, margin)
        for number, value in enumerate(values)
    ]


def test_steady_growth_is_told_per_month():
    found = growth(sizes(5, 6, 7, 8, days=30.4375))
    assert found.per_month == pytest.approx(1, rel=0.02)
    assert found.is_change
    assert found.months == pytest.approx(3, abs=0.05)


def test_difference_within_the_margins_is_no_change():
    found = growth(sizes(5.0, 5.4))
    assert found.per_month > 0
    assert not found.is_change


def test_order_does_not_matter():
    rows = sizes(5, 7, 6)
    assert growth(rows[::-1]) == growth(rows)


def test_measurements_off_the_line_widen_the_margin():
    """Margins that are too small for what was measured cannot be relied on."""
    steady, restless = (
        growth(sizes(5, 6, 7, 8, 9, margin=0.1)),
        growth(sizes(5, 8, 5, 8, 9, margin=0.1)),
    )
    assert restless.margin > 5 * steady.margin


def test_one_day_is_no_interval():
    assert growth([]) is None
    assert growth(sizes(5, 6, days=0)) is None


def test_size_without_a_margin_is_an_error():
    with pytest.raises(ValueError, match="margin"):
        growth(sizes(5, 6, margin=0))


def test_nothing_is_told_of_what_does_not_grow():
    """Five times in a hundred is what two standard deviations allow."""
    dice = random.Random(2)
    told = sum(
        growth(sizes(*(dice.gauss(6, 0.25) for _ in range(count)))).is_change
        for count in (2, 3, 5)
        for _ in range(300)
    )
    assert 0 < told / 900 < 0.07
