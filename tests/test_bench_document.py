"""A benchmark's section in a document replaces only its own earlier one."""

from tools.bench.document import put

PAGE = "# Performance\n\nAs printed.\n\n## Intake\n\nold\n\n## ZIP\n\nkept\n"


def test_section_replaces_the_old_one():
    page = put(PAGE, "## Intake\n\nnew\n")
    assert page == "# Performance\n\nAs printed.\n\n## Intake\n\nnew\n\n## ZIP\n\nkept\n"


def test_new_section_is_appended():
    assert put(PAGE, "## Pages\n\nnew\n") == f"{PAGE}\n## Pages\n\nnew\n"
