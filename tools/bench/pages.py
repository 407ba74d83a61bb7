"""script/bench pages: a patient's, a consultation's and a gallery's images, from a thousand to a
million."""

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tools.servers import postgres

from . import api_list
from .children import child
from .report import Report

LIMIT = 1.5  # × the cost of the page that it is compared with


@contextmanager
def sqlite():
    with tempfile.TemporaryDirectory(prefix="dermaai-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'db.sqlite3'}"


def databases():
    """(its name, a context manager that makes one and yields its URL); ends the run where
    PostgreSQL is missing."""
    try:
        postgres.programs()
    except postgres.Missing as missing:
        sys.exit(f"script/bench: {missing}")
    return ("SQLite", sqlite), ("PostgreSQL", postgres.cluster)


def tell(report, database, measured):
    """A table of every page, and the goals."""
    sizes = measured["sizes"]
    small, *_, large = sizes
    keys = [key for key in sizes[large] if key != "api"]
    cells = [[page_of(sizes[size].get(key)) for size in sizes] for key in keys]
    report.text(
        f"### {database}\n\nMilliseconds of CPU and of waiting for the database (in brackets, all "
        f"that the SQL takes), medians; {int(large):,} rows were filled in "
        f"{measured['filling']:.0f} s. “First” is the grid with its menu and its number, the "
        "others are what scrolling fetches."
    )
    report.table(
        ("page", *(f"{int(size):,} rows".replace(",", " ") for size in sizes), "SQL statements"),
        [
            (key.replace("|", ", "), *row, sizes[large][key]["statements"])
            for key, row in zip(keys, cells, strict=True)
        ],
    )
    goals = []
    for page in dict.fromkeys(key.split("|")[0] for key in keys):
        of = sizes[large]
        for against in ("first", "second"):
            ratio = of[f"{page}|last"]["ms"] / of[f"{page}|{against}"]["ms"]
            goals.append((f"{database}: {page}: last page / {against}", ratio, LIMIT))
        ratio = of[f"{page}|last"]["database_ms"] / of[f"{page}|second"]["database_ms"]
        goals.append((f"{database}: {page}: last page / second, in the database", ratio, LIMIT))
        for which in ("first", "last", "whole page"):
            if f"{page}|{which}" in of:
                ratio = of[f"{page}|{which}"]["ms"] / sizes[small][f"{page}|{which}"]["ms"]
                goals.append((f"{database}: {page}: {which}, a million / 1 000", ratio, LIMIT))
    scrolled = [k for k in keys if k.split("|")[1] in ("second", "middle", "last")]
    counts = sum(sizes[size][k]["counts"] for size in sizes for k in scrolled if k in sizes[size])
    goals.append((f"{database}: COUNT or OFFSET while scrolling", counts, 0))
    differing = sum(
        len({sizes[size][k]["statements"] for size in sizes if k in sizes[size]}) > 1 for k in keys
    )
    goals.append(
        (f"{database}: pages whose number of statements depends on the rows", differing, 0)
    )
    report.goals(goals)
    api = {size: sizes[size]["api"] for size in sizes}
    report.table(
        (
            "the API's numbered pages, ms",
            *(f"{int(size):,} rows".replace(",", " ") for size in sizes),
        ),
        [(which, *(f"{api[size][which]:.1f}" for size in sizes)) for which in ("first", "last")],
    )


def tell_names(report, database, measured):
    """What the folding of names costs a save and a search, against the former one."""
    costs, patients = measured["costs"], measured["patients"]
    report.text(
        f"### {database}, names\n\nMilliseconds, medians, among {patients:,} patients; their keys "
        f"were rewritten by the migration in {measured['rewriting']:.0f} s. A search is its number "
        "and its first page. Formerly "
        "PostgreSQL compiled each search (`jit`), and SQLite kept 2 MB of pages."
    )
    report.table(
        ("", "formerly", "former folding", "this folding", "ratio to formerly"),
        [(what, *(f"{ms:.2f}" for ms in of), f"{of[2] / of[0]:.2f}") for what, of in costs.items()],
    )
    searches = [of for what, of in costs.items() if what != "save"]
    _, former, after = costs["save"]
    before, _, now = (sum(of) for of in zip(*searches, strict=True))
    report.goals(
        [
            (f"{database}: saving a patient / with the former folding", after / former, 1.05),
            (f"{database}: all searches / formerly", now / before, 1.0),
        ]
    )


def page_of(one):
    return f"{one['ms']:.1f} ({one['database_ms']:.2f})" if one else "–"


def main():
    report = Report("Pages")
    report.text(
        "Nobody may ask the storage while a page renders: here that would have ended the run."
    )
    with sqlite() as url:
        api_list.tell(report, child("tools.bench.api_list", DATABASE_URL=url))
    for database, made in databases():
        with made() as url:
            tell_names(report, database, child("tools.bench.name_costs", DATABASE_URL=url))
        for what in ("records", "gallery"):
            with made() as url:
                tell(
                    report,
                    f"{database}, {what}",
                    child("tools.bench.page_costs", what, DATABASE_URL=url),
                )
    report.finish()


if __name__ == "__main__":
    main()
