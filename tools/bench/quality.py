"""Where the thresholds of `imaging.quality` come from: drawn skin, spoilt in known steps.

script/bench quality exits 1 when the constants are not the derived ones;
`script/bench --write quality` puts what it prints into docs/quality.md.
"""

from dataclasses import dataclass

import numpy as np

from imaging import quality
from tools import phantoms
from tools.bench import degrade
from tools.bench.report import Report

VIEWS = ("macro", "dermoscopy", "overview")
CAMERAS = (  # noise in codes at 960 px, JPEG quality of the file
    ("good camera", {"noise": 1.5}),
    ("high sensitivity", {"noise": 5.0}),
    ("JPEG at 60", {"noise": 2.0, "jpeg": 60}),
)
BLURS = (
    ("as drawn", None),
    *((f"Gaussian σ {s} px", degrade.gaussian(s)) for s in (0.5, 0.8, 1, 1.2, 1.5, 2, 3, 4)),
    *((f"disc of radius {r} px", degrade.disc(r)) for r in (1.5, 2, 3, 4, 6)),
    *((f"shake of {n} px, {a}°", degrade.shake(n, a)) for n in (3, 5, 8, 12) for a in (0, 30)),
)
SHARP, LOOSE = ("as drawn",), ("Gaussian σ 3 px", "Gaussian σ 4 px")
STOPS = (-7, -6, -5, -4, -3, -2, -1, 0, 0.5, 1, 1.5, 2, 3)
KEPT = (0.2, 0.5)  # contrast of 3 px lines under which a picture is poor, acceptable
LOST = (0.2, 0.05)  # share of the colour beyond which a picture is poor, acceptable
FALSE_ALARMS = 0.05
LEVELS = ("good", "acceptable", "poor")
SCENES, HELD_OUT = 24, 9
INTRODUCTION = f"""\
`imaging.quality.measure` gives two figures for a picture, and its constants part them into good,
acceptable and poor. {SCENES} photographs are drawn (`tools.phantoms`: close-up, dermoscopy,
region of the body; phototypes I to VI; a quarter without a lesion, half of the close-ups with a
ruler; hair as it falls) at 1920 px, averaged to 960 px and spoilt in linear light. Then noise is
added and the file made as three cameras would: {", ".join(name for name, _ in CAMERAS)}.

**Sharpness.** The truth is what a step leaves of the contrast of lines 3 px wide at a long edge of
960 px, in the direction where it leaves least (its modulation transfer at 1/6 cycle per px): the
lines of a pigment network, 0.04 mm, where the picture is 12 mm wide; a terminal hair and its
follicle, 0.13 mm, where it is 40 mm wide; a naevus of 1 mm where it is 300 mm. With at least half
of it the picture is good, with at least a fifth acceptable, else poor. What the drawing itself
lacks in detail is not in this truth, and is why the figure of one step is spread.

**Exposure.** The truth is the share of the colour of the skin in the middle that no file could
hold: the mean over the channels of what is brighter than white, or, of the brighter half, what is
so dark that one code is a step of over 4 % in light. Up to a twentieth lost is good, up to a fifth
acceptable, more is poor.

**Rule.** A threshold is the cut that makes the fewest mistakes, a picture called worse than it is
and one called better weighing the same in share of their kind, among the cuts that call at most
one in twenty worse than it is. Slight blur is missed in a picture rich in detail, so that sharp
pictures poor in detail are not accused."""


@dataclass(frozen=True)
class Shot:
    """One degraded picture: its step, the truth about it, and what was measured."""

    step: str
    truth: float | None
    sharpness: float
    exposure: float

    def level(self, figure):
        """The verdict on one of the two figures alone."""
        alone = {"sharpness": np.inf, "exposure": 0.0, figure: getattr(self, figure)}
        return quality.Verdict.of(**alone).level


def scene(number, first_seed=100):
    """(view, light) of one drawn photograph, 960 × 720 px: views and phototypes take turns."""
    view, seed = VIEWS[number % 3], first_seed + number
    kind = phantoms.LESION_KINDS[number * 5 % 6]
    lesion = None if number % 4 == 3 else phantoms.Lesion(seed, kind, 4.0 + number % 5)
    options = {"size": (1920, 1440), "phototype": 1 + (number // 3 + number) % 6}
    if view == "macro":
        drawn = phantoms.macro(seed, lesion=lesion, ruler=number % 2 == 0, **options)
    elif view == "dermoscopy":
        drawn = phantoms.dermoscopy(seed, lesion=lesion, polarized=number % 2 == 0, **options)
    else:
        drawn = phantoms.overview(seed, lesions=[lesion] if lesion else [], **options)
    return view, degrade.light(drawn.reduce(2))


def subject(view, linear):
    """Where there is skin to judge: the middle, within a dermoscope's field; bool (h, w)."""
    height, width = linear.shape[:2]
    y, x = np.mgrid[:height, :width]
    inside = (abs(x - width / 2) < width / 3) & (abs(y - height / 2) < height / 3)
    if view == "dermoscopy":
        inside &= np.hypot(x - width / 2, y - height / 2) < 0.48 * height
    return inside


def shoot(step, truth, linear, **camera):
    return Shot(step, truth, *quality.measure(degrade.picture(linear, **camera)))


def blur_shots(linear):
    for step, kernel in BLURS:
        seen = degrade.blurred(linear, kernel)
        for _, camera in CAMERAS:
            yield shoot(step, degrade.kept(kernel), seen, **camera)


def odd_shots(linear):
    """What is told and not derived from: no single contrast is the truth about it."""
    for factor in (2, 3, 4):
        seen = degrade.enlarged(linear, factor)
        yield shoot(f"enlarged {factor} times", None, seen, noise=1.0)
    for radius in (0.25, 0.4):
        seen = degrade.lesion_alone(linear, degrade.gaussian(4), radius)
        yield shoot(
            f"sharp within {radius} of the short side, σ 4 px around", None, seen, noise=1.5
        )
    for name, kernel in (("as drawn", None), ("σ 3 px", degrade.gaussian(3))):
        seen = degrade.blurred(linear, kernel)
        for noise in (3, 8):
            yield shoot(f"{name}, noise {noise}", None, seen, noise=noise)
        for jpeg in (80, 40):
            yield shoot(f"{name}, JPEG at {jpeg}", None, seen, noise=1.5, jpeg=jpeg)


def exposure_shots(view, linear):
    skin = subject(view, linear)
    for stop in STOPS:
        lit = linear * np.float32(2.0**stop)
        yield shoot(f"{stop:+g} EV", degrade.colour_lost(lit, skin), lit, noise=1.5, jpeg=85)


def covered_shots(view, linear):
    for share in (0.05, 0.15, 0.3):
        yield shoot(f"glare over {share:.0%}", None, degrade.glare(linear, share), noise=1.5)
    for share in (0.2, 0.4):
        yield shoot(f"gauze over {share:.0%}", None, degrade.gauze(linear, share), noise=1.5)


def threshold(values, better):
    """The cut between two sets with the fewest mistakes, each set weighing the same, of the cuts
    that put at most one in twenty of the upper set (`better`, bool) below. To two digits."""
    values, better = np.asarray(values), np.asarray(better)
    upper, lower = np.sort(values[better]), np.sort(values[~better])
    cuts = np.unique(np.round(values, 2))
    alarms = np.searchsorted(upper, cuts) / len(upper)
    missed = 1 - np.searchsorted(lower, cuts) / len(lower)
    mistakes = np.where(alarms <= FALSE_ALARMS, alarms + missed, np.inf)
    best = np.flatnonzero(mistakes <= mistakes.min() + 1e-9)
    return round(float(cuts[best[len(best) // 2]]), 2)


def level_of(truth, limits, sign):
    """What the verdict ought to be; `sign` is 1 where more is better, -1 where less is."""
    poor, acceptable = (sign * truth < sign * limit for limit in limits)
    return "poor" if poor else "acceptable" if acceptable else "good"


def figures(report, title, shots, figure, limits=None, sign=1):
    """A table by step: the truth, the figure's spread and how often each verdict was given."""
    rows, steps = [], list(dict.fromkeys(shot.step for shot in shots))
    wrong = 0
    for step in steps:
        of = [shot for shot in shots if shot.step == step]
        spread = np.percentile([getattr(shot, figure) for shot in of], (5, 50, 95))
        given = [sum(shot.level(figure) == level for shot in of) for level in LEVELS]
        row = [step, *(f"{value:.2f}" for value in spread), *given]
        if limits:
            truth = np.median([shot.truth for shot in of])
            off = sum(shot.level(figure) != level_of(shot.truth, limits, sign) for shot in of)
            wrong += off
            row[1:1] = [f"{truth:.2f}"]
            row.append(off)
        rows.append(row)
    header = ["step", *(["truth (median)"] if limits else []), "5th", "median", "95th", *LEVELS]
    report.text(f"### {title}")
    report.table(header + (["wrong"] if limits else []), rows)
    if limits:
        report.text(f"Wrong: {wrong} of {len(shots)}.")


def confusion(report, shots, figure, limits, sign):
    """Truth against verdict; the share of good pictures that are called poor, in %."""
    counts = {(truth, given): 0 for truth in LEVELS for given in LEVELS}
    for shot in shots:
        counts[level_of(shot.truth, limits, sign), shot.level(figure)] += 1
    rows = [(f"is {t}", *(counts[t, g] for g in LEVELS)) for t in LEVELS]
    report.table(("", *(f"called {level}" for level in LEVELS)), rows)
    return 100 * counts["good", "poor"] / sum(counts["good", given] for given in LEVELS)


def share(shots, figure, steps, unless):
    """The share of the pictures at `steps` whose verdict is not `unless`, in %."""
    of = [shot.level(figure) != unless for shot in shots if shot.step in steps]
    return 100 * sum(of) / len(of)


def main():
    report = Report("Quality: where the thresholds come from")
    report.text(INTRODUCTION)
    blur, odd, light, covered = [], [], [], []
    for number in range(SCENES):
        view, linear = scene(number)
        blur += blur_shots(linear)
        odd += odd_shots(linear)
        light += exposure_shots(view, linear)
        covered += covered_shots(view, linear)
    figures(report, "Sharpness", blur, "sharpness", KEPT)
    alarms = confusion(report, blur, "sharpness", KEPT, 1)
    figures(report, "Sharpness: told, not derived from", odd, "sharpness")
    figures(report, "Exposure", light, "exposure", LOST, -1)
    exposure_alarms = confusion(report, light, "exposure", LOST, -1)
    figures(report, "Exposure: told, not derived from", covered, "exposure")
    new_blur, new_light = [], []
    for number in range(HELD_OUT):
        view, linear = scene(number, first_seed=500)
        new_blur += blur_shots(linear)
        new_light += exposure_shots(view, linear)
    report.text(
        f"### {HELD_OUT} photographs that nothing was derived from\n\nSharpness, then exposure:"
    )
    new_alarms = confusion(report, new_blur, "sharpness", KEPT, 1)
    new_exposure_alarms = confusion(report, new_light, "exposure", LOST, -1)
    report.text("### Thresholds")
    derived = {}
    values, truth = [s.sharpness for s in blur], np.array([s.truth for s in blur])
    for name, limit in zip(("BLURRED", "SOFT"), KEPT, strict=True):
        derived[name] = threshold(values, truth >= limit)
    values, truth = [-abs(s.exposure) for s in light], np.array([s.truth for s in light])
    for name, limit in zip(("CLIPPED_POOR", "CLIPPED_ACCEPTABLE"), LOST, strict=True):
        derived[name] = -threshold(values, truth <= limit)
    here = {name: getattr(quality, name) for name in derived}
    report.table(
        ("constant", "derived", "in imaging/quality.py"),
        [(name, f"{derived[name]:.2f}", f"{here[name]:.2f}") for name in derived],
    )
    report.goals(
        [
            *(
                (f"{name}: off what is derived", abs(here[name] - derived[name]), 0)
                for name in here
            ),
            ("good sharpness called poor, %", alarms, 100 * FALSE_ALARMS),
            ("as drawn, and not called good, %", share(blur, "sharpness", SHARP, "good"), 1),
            (
                "σ of 3 px or more, and not called poor, %",
                share(blur, "sharpness", LOOSE, "poor"),
                1,
            ),
            ("good exposure called poor, %", exposure_alarms, 100 * FALSE_ALARMS),
            ("good sharpness called poor, held out, %", new_alarms, 100 * FALSE_ALARMS),
            ("good exposure called poor, held out, %", new_exposure_alarms, 100 * FALSE_ALARMS),
        ]
    )
    return report


if __name__ == "__main__":
    main().finish()
