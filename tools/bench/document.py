"""`python -m tools.bench.document PAGE TITLE < section`: put what a benchmark printed into
a page of docs/, in the place of what it printed the last time. The other sections stay."""

import re
import sys
from pathlib import Path

NOTE = (
    "Each section as `script/bench --write` printed it, on the machine and the day that it names."
)


def put(page: str, section: str) -> str:
    """The page with this section (it begins with its heading, `## …`) instead of its former."""
    head, *others = re.split(r"(?m)^(?=## )", page)
    heading = section.partition("\n")[0]
    places = [other.partition("\n")[0] for other in others]
    if heading in places:
        others[places.index(heading)] = section
    else:
        others.append(section)
    sections = [other.rstrip() for other in others]
    return "\n\n".join([head.rstrip(), *sections]) + "\n"


def main(path, title):
    path = Path(path)
    page = path.read_text() if path.exists() else f"# {title}\n\n{NOTE}\n\n"
    path.write_text(put(page, sys.stdin.read()))


if __name__ == "__main__":
    main(*sys.argv[1:])
