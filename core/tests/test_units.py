import pytest
from django.utils import translation

from core.templatetags.units import file_size, tally


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (1, "1 KB", "1\u00a0ko"),
        (58_300, "57 KB", "57\u00a0ko"),
        (4_404_019, "4.2 MB", "4,2\u00a0Mo"),
        (10 * 1024 * 1024, "10 MB", "10\u00a0Mo"),
        (1023 * 1024, "1 MB", "1\u00a0Mo"),
    ],
)
def test_file_size_in_english_and_french(count, english, french):
    for language, text in (("en", english), ("fr", french)):
        with translation.override(language):
            assert file_size(count) == text


@pytest.mark.parametrize(("count", "text"), [(2**30, "1 GB"), (3 * 2**29, "1.5 GB")])
def test_file_size_of_gigabytes(count, text):
    with translation.override("en"):
        assert file_size(count) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (999, "999"), (1000, "999+")])
def test_tally_stops_at_999(count, text):
    assert tally(count) == text
