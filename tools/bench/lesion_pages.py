"""What a patient's page costs once there are lesions: beside the last revision that knew none, over
the same images. A part of `script/bench compare`."""

from .against import both, measure

BASE = "e9994d4"  # the last one without lesions
FEW, MANY = "patient, 50 images", "patient, 500 images"  # of page_scene: 4 and 40 lesions
MOST = 1.3  # of the CPU


def main(report):
    """Prints the table; rows for `Report.goals`."""
    with both(BASE) as trees:
        (cpu, size), (new_cpu, new_size) = measure(trees, MANY)
        base, head = (tree.scene["pages"] for tree in trees)
    few, many = (head[page]["statements"] for page in (FEW, MANY))
    report.text(
        f"A patient's page of 500 images, of 40 lesions here and of none in {BASE}, which did not "
        "know any: processor time of the web process, in turn."
    )
    report.table(
        ("", "CPU, ms", "bytes of HTML", "SQL statements"),
        [
            ("without lesions", f"{cpu:.1f}", f"{size:,}", base[MANY]["statements"]),
            ("40 lesions", f"{new_cpu:.1f}", f"{new_size:,}", many),
        ],
    )
    return [
        ("a patient's page with lesions, CPU", new_cpu / cpu, MOST),
        ("its SQL statements more for ten times as many images and lesions", many - few, 0),
    ]
