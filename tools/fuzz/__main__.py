"""`python -m tools.fuzz`: see `script/fuzz`."""

import argparse
import logging
import os
import random
import sys
import warnings
from pathlib import Path

import django

# How the time is shared between what is run.
SHARES = {"intake": 0.6, "metadata": 0.1, "hypothesis": 0.15, "coverage": 0.15}


def arguments():
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="in all (default: 5)")
    parser.add_argument("--seed", type=int, help="the number of an earlier run, to repeat it")
    parser.add_argument("--only", choices=SHARES, help="one part, for the whole time")
    parser.add_argument("--seeds", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--findings", type=Path, default=Path("var/fuzz"), metavar="DIR")
    parser.add_argument("--again", type=Path, nargs="+", metavar="FILE", help="judge kept files")
    return parser.parse_args()


def main():
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
    django.setup()
    warnings.simplefilter("ignore")  # libraries warn of what is odd, and nothing else is here
    logging.getLogger("imaging.metadata").setLevel(logging.ERROR)
    from . import blocks, coverage, examples, files, seeds
    from .report import Report

    number = random.randrange(2**31) if options.seed is None else options.seed
    report = Report(options.findings, number)
    if options.again:
        files.again(report, options.again)
        sys.exit(not report.print())
    start = seeds.made()
    for folder in options.seeds:
        start += seeds.given(folder)
    print(f"seed {number}, {len(start)} files to start from", flush=True)
    parts = {
        "intake": files.fuzz,
        "metadata": blocks.fuzz,
        "hypothesis": examples.fuzz,
        "coverage": coverage.fuzz,
    }
    chosen = [options.only] if options.only else list(SHARES)
    for name in chosen:
        share = SHARES[name] / sum(SHARES[other] for other in chosen)
        parts[name](report, start, 60 * options.minutes * share)
    print(f"\nseed {number}, {options.minutes:g} minutes")
    sys.exit(not report.print())


if __name__ == "__main__":
    main()
