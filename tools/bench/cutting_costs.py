"""What removing a background costs: processor time and memory of its process, bytes written."""

import os
import tempfile
import time
from pathlib import Path

from PIL import Image

from imaging import background
from imaging.background.removal import removers
from tools import phantoms
from tools.bench import composites

SIZES = {1: (1152, 864), 12: (4032, 3024), 24: (6000, 4000), 64: (9248, 6936)}


def main(report):
    """Prints the table; the goals (what, measured, limit) of `Report.goals`."""
    rows, most = [], {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.jpg"
        for megapixels, size in SIZES.items():
            drawings = {
                "general": Image.fromarray(composites.composite(2, size=(1600, 1200))[0]),
                "lesion": phantoms.dermoscopy(
                    8, size=(1600, 1200), lesion=phantoms.Lesion(8, "naevus", 4)
                ),
            }
            for engine, drawn in drawings.items():
                drawn.resize(size).save(path, quality=90)
                cost = measured(path, engine)
                rows.append((engine, megapixels, *cost.values()))
                most[engine, megapixels] = cost
    header = ("engine", "MP", "processor, s", "engine, ms", "peak, MB", "PNG, MB")
    report.table(header, rows)
    report.text(
        "A JPEG each, in a process that has done one before; processor time of all its threads, "
        "decoding and writing included; the peak of its resident memory, libraries and network "
        "included."
    )
    return [
        ("processor time of 12 MP, s", most["general", 12]["seconds"], 6),
        ("peak memory, 64 MP, MB", most["general", 64]["peak"], 1000),
        ("processor time of 64 MP, s", most["general", 64]["seconds"], 60),
    ]


def measured(path, engine):
    """The second of two times."""
    for _ in range(2):
        with path.open("rb") as file, tempfile.TemporaryFile("w+b") as out:
            before = 0.0
            if removers().idle:
                process = removers().idle[0].process.pid
                before = _seconds(process)
                Path(f"/proc/{process}/clear_refs").write_text("5")  # forget its peak
            found = background.remove(file, out, engine=engine)
            process = removers().idle[0].process.pid
            cost = {
                "seconds": round(_seconds(process) - before, 2),
                "engine": found.milliseconds,
                "peak": _peak(process),
                "bytes": round(os.fstat(out.fileno()).st_size / 1e6, 1),
            }
            time.sleep(0.2)
    return cost


def _seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(process):
    status = Path(f"/proc/{process}/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6)
