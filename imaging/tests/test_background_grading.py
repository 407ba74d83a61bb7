"""The level that a cut-out is given: a wrong "excellent" is shared without a look."""

import re

import numpy as np
import pytest
from django.conf import settings

from imaging.background import ENGINES, grading
from imaging.background.protocol import QUALITIES

WHOLE = {"certainty": 0.99, "share": 0.3, "pieces": 1, "touching": 0.1, "edge": 1.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_less_certain_is_never_better(engine):
    given = [
        grading.quality(engine, WHOLE | {"certainty": certainty})
        for certainty in np.arange(1, 0.5, -0.005)
    ]
    assert given == sorted(given, key=QUALITIES.index)
    assert set(given) == set(QUALITIES)


@pytest.mark.parametrize(
    "odd",
    [{"share": 0.001}, {"share": 0.97}, {"pieces": 9}, {"touching": 0.8}, {"edge": 0.2}],
    ids=str,
)
def test_an_odd_mask_is_a_level_lower(odd):
    """The network may be sure of a mask that no subject has: all of the picture, or confetti."""
    assert grading.quality("general", WHOLE) == "excellent"
    assert grading.quality("general", WHOLE | odd) == "good"


def test_figures_of_a_mask():
    inside = np.zeros((100, 200), bool)
    inside[:50, :40] = inside[70:80, 100:120] = True
    found = grading.measure(inside, 0.91234)
    assert found == {
        "certainty": 0.912,
        "share": round(2200 / 20000, 4),
        "pieces": 2,
        "touching": round(90 / 600, 3),
    }


def test_an_outline_that_nothing_in_the_picture_shows_is_told():
    inside = np.zeros((60, 60), bool)
    inside[20:40, 20:40] = True
    colours = np.zeros((60, 60, 6), np.float32)
    colours[..., :3] = 0.5
    colours[..., 3:] = 0.5
    assert grading.edge(inside, colours) == 0
    colours[:, 30:, 3:] = 0.1
    assert 0.4 < grading.edge(inside, colours) < 0.6


def test_the_document_shows_the_thresholds_of_the_code():
    """docs/background.md is printed by the benchmark that derives them."""
    rows = re.findall(
        r"^\| (GENERAL|LESION)\[(\d)\] \| ([\d.]+) \| ([\d.]+) \|$",
        (settings.BASE_DIR / "docs" / "background.md").read_text(),
        re.MULTILINE,
    )
    assert len(rows) == 4
    for name, place, derived, here in rows:
        assert float(derived) == float(here) == getattr(grading, name)[int(place)], name
