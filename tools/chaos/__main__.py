"""`python -m tools.chaos`: see `script/chaos`."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import tools.servers.azurite
from tools.servers import postgres

from . import disk, report
from .places import PLACES
from .plan import NAMES
from .run import Run

MISSING = (postgres.Missing, tools.servers.azurite.Missing, disk.Missing)


def arguments():
    parser = argparse.ArgumentParser(prog="script/chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="of faults, in all (default: 5)")
    parser.add_argument("--short", action="store_true", help="one round: what script/test runs")
    parser.add_argument("--seed", type=int, help="the number of an earlier run: the same faults")
    parser.add_argument(
        "--only", action="append", choices=[*PLACES, *NAMES], help="a place or a kind of fault"
    )
    parser.add_argument("--logs", type=Path, default=Path("var/chaos"), metavar="DIR")
    return parser.parse_args()


def main():
    options = arguments()
    only = options.only or []
    places = [name for name in PLACES if name in only] or list(PLACES)
    kinds = [name for name in NAMES if name in only] or list(NAMES)
    seed = random.randrange(2**31) if options.seed is None else options.seed
    seconds = 0 if options.short else 60 * options.minutes / len(places)
    began = time.monotonic()
    print(f"seed {seed}", flush=True)
    # The short form is most of all waiting for processes to start: the places at once.
    with ThreadPoolExecutor(len(places) if options.short else 1) as pool:
        one = partial(faulted, seed=seed, seconds=seconds, kinds=kinds, options=options)
        sound = list(pool.map(one, [PLACES[name] for name in places]))
    print(f"seed {seed}: {time.monotonic() - began:.0f} s", flush=True)
    sys.exit(not all(sound))


def faulted(place, *, seed, seconds, kinds, options):
    """Run one place and tell. Returns whether nothing was found."""
    kept = Path(tempfile.mkdtemp(prefix="dermaai-chaos-logs-"))
    try:
        with place(kept) as made:
            run = Run(made, seed, seconds, kinds, short=options.short)
            run()
    except MISSING as missing:
        shutil.rmtree(kept)
        if isinstance(missing, disk.Missing) and not os.environ.get("CHAOS_UNSHARED"):
            return unshared(place, seed, seconds, kinds, options)
        print(f"SKIPPED the faults with {place.title}: {missing}", flush=True)
        return True
    except BaseException:
        print(f"broken off; what the processes said: {kept}", file=sys.stderr)
        raise
    print(report.told(run), flush=True)
    if run.findings:
        logs = options.logs / f"{place.name}-{seed}"
        shutil.copytree(kept, logs, dirs_exist_ok=True)
        print(f"  what the processes said: {logs}", flush=True)
    shutil.rmtree(kept)
    return not run.findings


def unshared(place, seed, seconds, kinds, options):
    """The same in a namespace of its own, in which one may mount without being root."""
    inside = ["unshare", "--map-root-user", "--mount"]
    if not (shutil.which("unshare") and runs([*inside, "true"], capture_output=True)):
        print(f"SKIPPED the faults with {place.title}: nobody may mount here", flush=True)
        return True
    command = [
        sys.executable,
        "-m",
        "tools.chaos",
        "--seed",
        str(seed),
        "--logs",
        str(options.logs),
    ]
    command += ["--short"] if options.short else ["--minutes", str(seconds / 60)]
    command += [word for kind in [place.name, *kinds] for word in ("--only", kind)]
    return runs([*inside, *command], env=os.environ | {"CHAOS_UNSHARED": "1"})


def runs(command, **options):
    return subprocess.run(command, **options).returncode == 0


if __name__ == "__main__":
    main()
