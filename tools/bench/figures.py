"""How exact figures are: sizes by hand and by the machine, ticks, growth."""

from datetime import date, timedelta
from itertools import combinations

import numpy as np

from consultations.measuring import geometry
from consultations.measuring.growth import growth
from imaging.geometry.tasks import Task
from tools.phantoms.fields import generator

HAND = 2.0  # px of the display, 1 σ: how exactly somebody points
POINTS = 40  # of an outline that is traced
MONTHS = 3  # from visit to visit
LINES = 4  # across each ruler, and as many over bare skin


def main(report, drawn):
    """Prints the tables; the goals (what, measured, limit) of `Report.goals`."""
    every = [shown for view in drawn.values() for own in view.values() for shown in own.values()]
    report.text("### Sizes")
    hands = [by_hand(shown) for shown in every]
    machine = [found for shown in every if (found := by_machine(shown))]
    sizes = {
        f"scale and outline drawn by hand (σ {HAND:.0f} px)": hands,
        "the proposed outline, as it is": machine,
    }
    report.table(
        ("", "lesions", "size: median error", "95 %", "within its margin", "area: median error"),
        [(what, *_exactness(found, every)) for what, found in sizes.items()],
    )
    report.text(
        f"Size: the diameter of a disc of the lesion's area. {len(every) - len(machine)} of "
        f"{len(every)} outlines were refused."
    )
    report.text("### Ticks")
    found, wrong = ticks(every)
    report.table(
        ("lines", "number", "refused", "median error", "worst of what is believed"),
        [
            (
                "across a ruler",
                len(found),
                f"{100 * np.mean([one is None for one in found]):.0f} %",
                f"{100 * np.median([one for one in found if one is not None]):.3f} %",
                f"{100 * max(one for one in found if one is not None):.3f} %",
            ),
            ("over bare skin", len(wrong), f"{100 * np.mean(~np.array(wrong)):.0f} %", "", ""),
        ],
    )
    report.text("### Growth")
    still, grown = growths(drawn, by_hand), growths(drawn, by_machine)
    rows = [
        (what, len(none), f"{100 * np.mean(none):.1f} %", len(some), f"{100 * np.mean(some):.0f} %")
        for what, (none, some) in (("by hand", still), ("the proposed outline", grown))
    ]
    header = ("outlines", "that do not grow", "growth told", "that grow", "growth told")
    report.table(header, rows)
    errors = [abs(size / truth - 1) for (size, _margin), truth in hands]
    return [
        ("size with a drawn scale: error, 95 %, %", 100 * float(np.percentile(errors, 95)), 3),
        ("ticks: worst error of what is believed, %", 100 * max(filter(None, found)), 1),
        ("ticks believed where there are none", sum(wrong), 0),
        ("growth told where there is none, by hand, %", 100 * float(np.mean(still[0])), 5),
        ("growth told where there is none, proposed outline, %", 100 * float(np.mean(grown[0])), 5),
    ]


def by_hand(shown, again=0):
    """((size, margin), truth), mm: a scale drawn along half the picture, an outline traced in
    POINTS points, each of them HAND px (σ) off."""
    rng = generator(shown.name, again, "hand")
    reach = shown.size[0] / 2
    ends = [tuple(rng.normal((x, 50), HAND)) for x in (50, 50 + reach)]
    mm_per_px = reach * shown.mm_per_px / geometry.distance(*ends)
    relative = np.sqrt(2) * HAND / geometry.distance(*ends)
    outline = shown.truth.outline
    chosen = outline[:: max(1, len(outline) // POINTS)]
    drawn = (chosen + rng.normal(0, HAND, chosen.shape)).tolist()
    while geometry.crosses_itself(drawn):  # a hand does not
        drawn = (chosen + rng.normal(0, HAND, chosen.shape)).tolist()
    disc = geometry.disc_diameter(geometry.polygon_area(drawn, HAND))
    return disc.scaled(mm_per_px, relative), _true_size(shown)


def by_machine(shown):
    """The same of the proposed outline, at a scale known within 0.5 %; None where refused."""
    found = Task([shown.file()] * 2, shown.size * 2).outline()
    if isinstance(found, str):
        return None
    area = geometry.polygon_area(found.points, 0).value
    around = geometry.path([*found.points, found.points[0]], 0).value
    # One error for all of the outline: where the edge is seen.
    disc = geometry.disc_diameter(geometry.Figure(area, around * found.edge, power=2))
    return disc.scaled(shown.mm_per_px, 0.005), _true_size(shown)


def _true_size(shown):
    return 2 * np.sqrt(shown.truth.area_mm2 / np.pi)


def _exactness(found, every):
    errors = np.array([abs(size / truth - 1) for (size, _margin), truth in found])
    areas = np.array([abs((size / truth) ** 2 - 1) for (size, _margin), truth in found])
    within = np.mean([abs(size - truth) <= margin for (size, margin), truth in found])
    return (
        f"{len(found)} of {len(every)}",
        f"{100 * np.median(errors):.1f} %",
        f"{100 * np.percentile(errors, 95):.1f} %",
        f"{100 * within:.0f} %",
        f"{100 * np.median(areas):.1f} %",
    )


def ticks(every):
    """(relative errors or None where refused, of lines across rulers; whether something was
    believed, of lines over skin)."""
    found, wrong = [], []
    for shown in every:
        if shown.truth.ruler is None:
            continue
        task = Task([shown.file()] * 2, shown.size * 2)
        rng = generator(shown.name, "lines")
        for _ in range(LINES):
            ends = shown.truth.ruler.copy()
            ends[:, 1] += rng.uniform(-0.5, 0.5, 2) * shown.truth.scale
            cut = np.sort(rng.uniform(0, 1, 2) * (0.4, 1) + (0, 0))
            cut = cut if cut[1] - cut[0] > 0.4 else np.array([0.1, 0.8])
            ends = ends[0] + cut[:, None] * (ends[1] - ends[0])
            one = task.ticks(*ends.clip(0, (np.array(shown.size))).ravel())
            error = None if isinstance(one, str) else abs(one.period / shown.truth.scale - 1)
            found.append(error)
            bare = rng.uniform(0.05, 0.6, (2, 2)) * shown.size
            if np.hypot(*(bare[1] - bare[0])) > 100:
                wrong.append(not isinstance(task.ticks(*bare.ravel()), str))
    return found, wrong


def growths(drawn, measure):
    """(told?, told?) of pairs of visits at which a lesion has not, and has grown."""
    none, some = [], []
    for view in drawn.values():
        for own in view.values():
            sizes = {name: found for name in own if (found := measure(own[name]))}
            for one, other in combinations(sizes, 2):
                days = [date(2026, 1, 1) + timedelta(days=91 * n) for n in (0, 1)]
                pair = [
                    (day, *sizes[name][0]) for day, name in zip(days, (one, other), strict=True)
                ]
                told = growth(pair).is_change
                (some if "grown" in (one, other) else none).append(told)
    return none, some
