"""What a run did and found, for a person."""

from collections import Counter

from .plan import NAMES


def told(run):
    place, ledger = run.place, run.ledger
    lines = [
        f"{place.title}: seed {run.seed}, {run.seconds:.0f} s of faults",
        f"  uploads: {len(ledger.uploads)} photographs, {len(ledger.acknowledged)} acknowledged, "
        f"{len(ledger.lost)} not; {run.rows} images at the end",
        "  faults made",
        *(f"    {place.made[kind]:5} {NAMES[kind]}" for kind in run.kinds),
        f"    {sum(place.made.values()):5} in all",
        "  answers",
        *(f"    {number:5} {what}: {answer}"
          for (what, answer), number in sorted(ledger.answers.items())),
        "  tasks",
        *(f"    {number:5} {name}: {status.lower()}"
          for (name, status), number in sorted(run.tasks.items())),
        *(f"  {line}" for line in run.verified),
        f"  findings: {len(run.findings) or 'none'}",
    ]  # fmt: skip
    for what, number in Counter(run.findings).most_common(50):
        lines.append(f"    {number} x {what}" if number > 1 else f"    {what}")
    return "\n".join(lines)
