"""What a benchmark says: tables in Markdown, goals met or missed, the machine in a line."""

import os
import platform
import sys
from datetime import date
from pathlib import Path


def machine() -> str:
    """The processor, cores, memory and Python of this machine."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, "
        f"Python {platform.python_version()}, {date.today()}"
    )


class Report:
    """Prints as it goes. `goal` holds a ratio against its limit; `finish` tells the misses."""

    def __init__(self, title):
        self.missed = []
        print(f"## {title}\n\n{machine()}\n", flush=True)

    def text(self, words):
        print(f"{words}\n", flush=True)

    def table(self, header, rows):
        """A Markdown table of strings and numbers; numbers are printed as they are given."""
        print("| " + " | ".join(header) + " |")
        print("|" + " --- |" * len(header))
        for row in rows:
            print("| " + " | ".join(str(cell) for cell in row) + " |")
        print(flush=True)

    def goals(self, rows):
        """A table of (what, measured, limit): met where measured ≤ limit."""
        shown = []
        for what, measured, limit in rows:
            met = measured <= limit
            if not met:
                self.missed.append(f"{what}: {measured:.2f} > {limit}")
            shown.append((what, f"{measured:.2f}", f"≤ {limit}", "met" if met else "**missed**"))
        self.table(("goal", "measured", "limit", ""), shown)

    def finish(self):
        """Ends the process: 0 where every goal was met, 1 otherwise."""
        if self.missed:
            print("Missed:\n\n" + "\n".join(f"- {what}" for what in self.missed) + "\n")
        sys.exit(1 if self.missed else 0)
