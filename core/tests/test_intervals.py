"""How far apart two visits are, as a clinician says it."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from core.templatetags.dates import interval

FIRST = date(2026, 4, 8)


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (1, "1 jour", "1 day"),
        (20, "20 jours", "20 days"),
        (41, "6 semaines", "6 weeks"),
        (60, "2 mois", "2 months"),
        (118, "4 mois", "4 months"),
        (729, "24 mois", "24 months"),
        (1096, "3 ans", "3 years"),
    ],
)
def test_an_interval_is_in_words_and_rounded(days, french, english):
    """118 days are four months, not three and a rest."""
    last = FIRST + timedelta(days=days)
    for language, expected in (("fr", french), ("en", english)):
        with override(language):
            assert interval(FIRST, last) == interval(last, FIRST) == expected
