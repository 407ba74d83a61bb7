"""A page of measurements keeps what other benchmarks printed."""

from tools.bench.document import put

PAGE = "# Performance\n\nAs printed.\n\n## Intake\n\nold\n\n## ZIP\n\nkept\n"


def test_a_section_takes_the_place_of_its_former():
    told = put(PAGE, "## Intake\n\nnew\n")
    assert told == "# Performance\n\nAs printed.\n\n## Intake\n\nnew\n\n## ZIP\n\nkept\n"


def test_a_new_section_goes_last():
    assert put(PAGE, "## Pages\n\nnew\n") == f"{PAGE}\n## Pages\n\nnew\n"
