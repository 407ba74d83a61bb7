"""`script/bench intake`: intake beside its peers: processor time, memory, fidelity, requests."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tools.bench import fidelity, pictures, uploads
from tools.bench.report import Report

ROUNDS, TIMES = 6, 5  # fresh processes of each contender; times each does its work
SHARP = Path(__file__).parent / "sharp" / "contender.mjs"
JPEGS = ("8 MP phone", "12 MP phone", "24 MP DSLR")
PEERS = ("usual-1", "usual-2", "libvips", "libvips-same", "sharp", "turbojpeg")

# ratio of ours to: the peer, at 12 MP and more, at 8 MP
GOALS = (
    ("libvips", 0.65, 1.0),
    ("sharp", 0.65, 1.0),
    ("libvips-same", 1.1, 1.1),
    ("usual-1", 0.42, 0.7),
    ("usual-2", 0.27, 0.5),
    ("turbojpeg", 1.65, None),
)
NAMES = {
    "ours": "ours, all of intake",
    "usual-1": "usual, one decode",
    "usual-2": "usual, two decodes",
    "libvips": "libvips, 2560 px + 300 px",
    "libvips-same": "libvips at our display size",
    "sharp": "sharp, 2560 px + 300 px",
    "turbojpeg": "one bare full decode by libjpeg-turbo",
    "heif": "a bare decode by pillow-heif",
}


def run(name, path, display):
    """One fresh process: {"seconds": median of its times, "peak": bytes}."""
    if name == "sharp":
        command = ["node", SHARP, path, str(TIMES)]
    else:
        if name == "libvips-same":
            name = f"libvips@{display}"
        command = [sys.executable, "-m", "tools.bench.contenders", name, path, str(TIMES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return {"seconds": median(told["seconds"]), "peak": told["peak"]}


def compare(names, path, display):
    """Medians over the rounds, and of the ratios within each round: {name: (seconds, bytes,
    seconds of ours / its, bytes of ours / its)}."""
    rounds = [{name: run(name, path, display) for name in names} for _ in range(ROUNDS)]

    def middle(name, figure):
        return median(round[name][figure] for round in rounds)

    def ratio(name, figure):
        return median(round["ours"][figure] / round[name][figure] for round in rounds)

    return {
        name: (
            middle(name, "seconds"),
            middle(name, "peak"),
            ratio(name, "seconds"),
            ratio(name, "peak"),
        )
        for name in names
    }


def table(report, name, path, found):
    report.text(f"**{name}**, {path.stat().st_size / 1e6:.1f} MB:")
    report.table(
        ("", "CPU, ms", "peak memory, MB", "ours ÷ it, CPU", "ours ÷ it, memory"),
        [
            (NAMES[peer], f"{s * 1000:.0f}", f"{b / 1e6:.0f}", f"{rs:.2f}", f"{rb:.2f}")
            for peer, (s, b, rs, rb) in found.items()
        ],
    )


def main():
    report = Report("Intake")
    report.text(
        f"Processor time of all threads, medians of {ROUNDS} alternating rounds of fresh "
        "processes, each after one time to warm up. *Ours*: SHA-256, libmagic, EXIF, validating "
        "decode, display rendition, thumbnail, sharpness, exposure and damage, with the decoding "
        "process. *Usual*: Pillow verifies, decodes, encodes at quality 90 with `optimize`, makes "
        "a 300 px JPEG. Memory: the peak over what was resident before."
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = pictures.make(Path(folder))
        goals = []
        for name in JPEGS:
            display = fidelity.display_edge(paths[name])
            found = compare(("ours", *PEERS), paths[name], display)
            table(report, name, paths[name], found)
            for peer, large, small in GOALS:
                limit = small if name.startswith("8 ") else large
                if limit:
                    goals.append((f"CPU: ours ÷ {NAMES[peer]}, {name}", found[peer][2], limit))
            if not name.startswith("8 "):
                what = f"memory: ours ÷ {NAMES['usual-2']}, {name}"
                goals.append((what, found["usual-2"][3], 0.24))
        for name, peer, limit, memory in (
            ("PNG 4 MP", "libvips", None, None),  # without a goal: nothing is reduced in it
            ("PNG 12 MP", "libvips", 1.1, 1.2),
            ("WebP 12 MP", "libvips", 1.05, None),
            ("HEIC 12 MP", "heif", 1.25, None),
        ):
            found = compare(("ours", peer), paths[name], None)
            table(report, name, paths[name], found)
            for what, measured, most in (
                ("CPU", found[peer][2], limit),
                ("memory", found[peer][3], memory),
            ):
                if most:
                    goals.append((f"{what}: ours ÷ {NAMES[peer]}, {name}", measured, most))
        report.goals(goals)
        report.goals(fidelity.goals(report, [paths[name] for name in JPEGS]))
        report.goals(uploads.goals(report, paths["12 MP phone"]))
    report.finish()


if __name__ == "__main__":
    main()
