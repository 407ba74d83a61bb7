"""What was tried, what came of it, and what is wrong: in the folder of findings, and printed."""

import hashlib
import re
import signal
from collections import Counter, defaultdict
from pathlib import Path

KEPT = 5  # files of one and the same finding


class Report:
    """Findings (of ours, or over the limits) fail the run; contained crashes are told."""

    def __init__(self, folder: Path, seed: int):
        self.folder, self.seed = folder, seed
        self.codes = defaultdict(Counter)  # format → code → files
        self.crashes, self.findings, self.tried = Counter(), Counter(), Counter()
        self.kept = Counter()
        self.slowest = (0.0, "none")
        self.largest = (0, "none")
        folder.mkdir(parents=True, exist_ok=True)

    def hear(self, name, format, data, answer, extra=()):
        """One answer of the judge to the file that the run calls `name`."""
        self.codes[format][answer.code] += 1
        if answer.seconds > self.slowest[0]:
            self.slowest = (answer.seconds, self._keep(data, "slowest", name, once=True))
        if answer.peak and answer.peak > self.largest[0]:
            self.largest = (answer.peak, self._keep(data, "largest", name, once=True))
        for status in answer.ended:
            if status == -signal.SIGPROF:
                continue  # the limit of time: it is counted as too_heavy
            end = signal.Signals(-status).name if status < 0 else f"exit {status}"
            self.crashes[f"{format}: {end}"] += 1
            self._keep(data, f"crash-{format}-{end}".replace(" ", "-"), name)
        for wrong in (*answer.wrong, *extra):
            self.find(f"{format}: {wrong}", name, data)

    def find(self, what, name, data=b""):
        """Numbers aside, the same words are the same finding."""
        kind = re.sub(r"[\d.]+", "#", what)[:150]
        self.findings[kind] += 1
        if self.findings[kind] <= KEPT:
            label = "finding-" + hashlib.sha256(kind.encode()).hexdigest()[:8]
            print(f"FINDING {what[:400]}\n        {self._keep(data, label, name)}", flush=True)

    def _keep(self, data, label, name, once=False):
        self.kept[label] += 1
        if not once and self.kept[label] > KEPT:
            return "(not kept)"
        number = "" if once else f"-{self.kept[label]}"
        path = self.folder / f"{label}-seed{self.seed}{number}"
        path.write_bytes(data)
        return f"{path} ({name})"

    def print(self):
        """The tally. Returns whether all is well."""
        for what, count in self.tried.items():
            print(f"{what}: {count}")
        for format, codes in sorted(self.codes.items()):
            told = ", ".join(f"{code} {count}" for code, count in codes.most_common())
            print(f"{format}: {codes.total()} files ({told})")
        if self.codes:
            print(f"files in all: {sum(codes.total() for codes in self.codes.values())}")
            print(f"slowest: {self.slowest[0]:.2f} s, {self.slowest[1]}")
            print(f"most memory of a decoder: {self.largest[0] / 1e6:.0f} MB, {self.largest[1]}")
        for title, counter in (
            ("contained crashes", self.crashes),
            ("FINDINGS", self.findings),
        ):
            print(f"{title}: {counter.total() or 'none'}")
            for what, count in counter.most_common():
                print(f"  {count} x {what}")
        return not self.findings
