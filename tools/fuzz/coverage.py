"""Our own parsers under libFuzzer, which goes where it has not been yet (Atheris).

`python -m tools.fuzz.coverage jpeg|metadata [libFuzzer's arguments]` runs one; `fuzz` both.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TARGETS = ("jpeg", "metadata")
LENGTH = 1 << 15  # bytes at most: the parsers look no further than headers


def fuzz(report, start, seconds):
    if importlib.util.find_spec("atheris") is None:
        print("SKIPPED coverage: atheris is not installed")
        return
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as corpus:
            for index, seed in enumerate(start):
                data = _of_interest(target, seed)
                if data:
                    Path(corpus, str(index)).write_bytes(data[:LENGTH])
            _run(report, target, corpus, max(1, round(seconds / len(TARGETS))))


def _of_interest(target, seed):
    if target == "jpeg":
        return seed.data if seed.format == "JPEG" else None
    from .blocks import _block_of

    return _block_of(seed.data)


def _run(report, target, corpus, seconds):
    prefix = report.folder / f"coverage-{target}-seed{report.seed}-"
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tools.fuzz.coverage", target, corpus),
            *(f"-max_total_time={seconds}", f"-seed={report.seed or 1}", f"-max_len={LENGTH}"),
            *("-timeout=5", "-rss_limit_mb=1000", f"-artifact_prefix={prefix}"),
            *("-print_final_stats=1", "-verbosity=1"),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ,
    )
    lines = ended.stderr.splitlines()
    runs = [line.split()[-1] for line in lines if "number_of_executed_units" in line]
    seen = [line for line in lines if " cov: " in line][-1:]
    covered = seen[0].split(" cov: ")[1].split()[0] if seen else "?"
    report.tried[f"coverage-guided, {target} ({covered} edges)"] += int(runs[0]) if runs else 0
    if ended.returncode:
        tail = "\n".join((ended.stdout + ended.stderr).splitlines()[-25:])
        report.find(f"coverage, {target}: exit {ended.returncode}", prefix.name, tail.encode())


def jpeg_target(data):
    from imaging.decoding import jpeg

    data = b"\xff\xd8" + data.removeprefix(b"\xff\xd8")
    count, end = jpeg.count_scans(data)
    assert 0 <= count <= jpeg.MAX_SCANS + 1
    assert 2 <= end <= len(data)
    before = 2
    for _kind, start, stop in jpeg.segments(data):
        assert before <= start < stop
        before = stop
    jpeg.has_zeros(data)
    jpeg.has_bytes_between_segments(data)
    jpeg.without_app_segments(data)
    for space in ("L", "RGB"):
        warning = f"Corrupt JPEG data: {len(data)} extraneous bytes before marker 0xd9"
        jpeg.indicates_damage(warning, data, space)
    for is_ac, symbol in jpeg.first_symbols(data[2:]):
        assert is_ac in (True, False)
        assert 0 <= symbol <= 255


def metadata_target(data):
    from .judge import faults_of_facts

    from PIL import Image  # isort: skip
    from imaging import metadata

    image = Image.new("RGB", (8, 8))
    image.info["exif"] = data
    found = metadata.read(image)
    assert not (faults := faults_of_facts(found)), faults
    text = data.decode("latin-1")
    image.info = {"Raw profile type exif": "\nexif\n" + text}
    metadata.read(image)
    assert len(metadata.clean_text(text, 100)) <= 100


def main():
    import atheris

    with atheris.instrument_imports(
        include=["imaging.metadata", "imaging.decoding.jpeg", "PIL.TiffImagePlugin"]
    ):
        from django.conf import settings

        settings.configure(TIME_ZONE="Europe/Paris", USE_TZ=True, METRICS_TOKEN="")
        from imaging import metadata  # noqa: F401
        from imaging.decoding import jpeg  # noqa: F401
    target = {"jpeg": jpeg_target, "metadata": metadata_target}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
