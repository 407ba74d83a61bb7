"""script/bench suggestions: what the search in the bar costs while somebody types, beside the API's
own search for the same words."""

from .children import child
from .pages import databases
from .report import Report

LIMIT = 1.3  # × the API's time


def tell(report, database, measured):
    """A table of all that was typed, and the goal of each."""
    report.text(
        f"### {database}\n\nMilliseconds, medians, among {measured['patients']:,} patients."
    )
    costs = measured["costs"].items()
    report.table(
        ("typed", "suggestions", "the API", "ratio"),
        [(what, f"{ours:.1f}", f"{api:.1f}", f"{ours / api:.2f}") for what, (ours, api) in costs],
    )
    report.goals(
        [
            (f"{database}: {what}: suggestions / API", ours / api, LIMIT)
            for what, (ours, api) in costs
        ]
    )


def main():
    report = Report("Suggestions while typing")
    for database, made in databases():
        with made() as url:
            tell(report, database, child("tools.bench.suggestion_costs", DATABASE_URL=url))
    report.finish()


if __name__ == "__main__":
    main()
