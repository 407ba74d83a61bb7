"""What a proposed alignment costs: processor time beside one intake, memory of its process."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from PIL import Image

from imaging import geometry
from imaging.decoding.decoder import decoders
from imaging.geometry.engine import comparers
from tools import phantoms
from tools.bench import pictures
from tools.bench.contenders import memory, usage
from tools.phantoms import places

SIZE, SHOWN = (4032, 3024), (2016, 1512)  # px: a phone's 12 MP; drawn at half of it
ROUNDS = 5


def main(report):
    """Prints the table; the goals (what, measured, limit) of `Report.goals`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _photographs(Path(folder))
        intake = median(seconds for path in paths for seconds in _intake(path))
        displays = []
        for path in paths:
            with path.open("rb") as file:
                displays.append(decoders().decode(file).display)
        decoders().close()
        for path, data in zip(paths, displays, strict=True):
            path.write_bytes(data)
        with paths[0].open("rb") as one, paths[1].open("rb") as other:
            shown = [geometry.Picture(file, *SIZE) for file in (one, other)]
            costs = [_aligned(*shown) for _ in range(ROUNDS + 1)][1:]
        geometry.close()
    seconds = median(cost[0] for cost in costs)
    peak = max(cost[1] for cost in costs) / 1e6
    report.table(
        ("", "CPU, ms", "peak memory, MB"),
        [
            ("one intake of a 12 MP phone's photograph", f"{1000 * intake:.0f}", ""),
            ("proposed alignment of two of their displays", f"{1000 * seconds:.0f}", f"{peak:.0f}"),
        ],
    )
    report.text(
        "Medians; processor time of all threads and of the process that does the work, memory the "
        "peak of that process, libraries included."
    )
    return [
        ("CPU: alignment ÷ one intake", seconds / intake, 3.0),
        ("peak memory of an alignment, MB", peak, 250),
    ]


def _photographs(folder):
    """Two visits of one place as a phone writes them."""
    place, mole = places.Place(12), phantoms.Lesion(12, "naevus", 5.0)
    paths = []
    for seed in (1200, 1201):
        drawn = place.visit(seed, size=SHOWN, lesion=mole).picture
        path = folder / f"{seed}.jpeg"
        drawn.resize(SIZE, Image.Resampling.BICUBIC).save(path, "JPEG", quality=93)
        drawn.resize((320, 240)).save(pictures.small(path), "JPEG")
        paths.append(path)
    return paths


def _intake(path):
    command = [sys.executable, "-m", "tools.bench.contenders", "ours", path, str(ROUNDS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["seconds"]


def _aligned(first, second):
    """(processor seconds of its process, peak memory in bytes) of one alignment."""
    before, pids = 0.0, [comparer.process.pid for comparer in comparers().idle]
    if pids:
        before = usage(pids)
        Path(f"/proc/{pids[0]}/clear_refs").write_text("5")  # the peak begins anew
    geometry.propose_alignment(first, second)
    pids = [comparer.process.pid for comparer in comparers().idle]
    return usage(pids) - before, memory(pids, "VmHWM")
