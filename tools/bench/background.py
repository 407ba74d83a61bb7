"""Where the levels of a cut-out's quality come from, and what cutting out costs.

script/bench background exits 1 when the constants are not the derived ones or a goal is missed;
`script/bench --write background` puts what it prints into docs/background.md.
"""

import os
import tempfile
from dataclasses import dataclass

import django
import numpy as np
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tools.bench.settings")
django.setup()

from imaging.background import cutout, field, grading, lesion  # noqa: E402
from imaging.background.protocol import QUALITIES  # noqa: E402
from imaging.background.subject import SubjectDetector  # noqa: E402
from tools import phantoms  # noqa: E402
from tools.bench import composites, cutouts, cutting_costs  # noqa: E402  (settings first)
from tools.bench.quality import threshold  # noqa: E402
from tools.bench.report import Report  # noqa: E402

LEVELS = QUALITIES
RIGHT = {"general": (0.95, 0.85), "lesion": (0.9, 0.75)}  # Dice from which excellent, good
SCENES, HELD_OUT = 20, 12  # drawn dermoscopic pictures
FIGURES, HELD_OUT_FIGURES = 8, 6  # drawn subjects, at every step
UNSEEN = ("bubble", "glare")  # kinds of bites that nothing is derived from: lesions', subjects'
INTRODUCTION = f"""\
Each engine is held against pictures whose answer is known by construction.

**Subjects** (`tools/bench/composites.py`): a furry figure, drawn four times as large and averaged,
before a background of slow colours; then smaller, at the frame, twice, of fainter contrast, amid
shapes, out of focus, noisy. The truth is its α, the figure Dice of the two α (2 Σ min / Σ sum).

**Lesions** (`tools/bench/cutouts.py`): {SCENES} dermoscopic pictures drawn by `tools.phantoms` (six
kinds, phototypes I to VI, contact and polarized, hair as it falls), spoilt in five ways, each in
its round field and cropped to what lies within it. The truth is where the drawing put more than
half of the lesion. *Plain* is the recipe that the engine starts from, alone: Otsu's threshold on
the smoothed blue channel, opened, closed, the piece in the middle, filled.

**Edge certainty** (`quality` in the API; excellent, good and fair are high, medium and low on the
pages) says how sure the edge is, and does not judge where it runs. It is derived from `certainty`
and lowered by a level for a mask of an odd kind (share of
the picture, number of pieces, much of the frame touched). The certainty of `general` is the Dice
that the network itself expects of its mask; that of `lesion` how far shifted thresholds and other
channels agree, times the share of the outline that is off the field's rim, less where it does not
fill its convex hull. A cut-out is excellent
from a Dice of {RIGHT["general"][0]} ({RIGHT["lesion"][0]} for lesions, on whose outline experts do
not agree better), good from {RIGHT["general"][1]} ({RIGHT["lesion"][1]}), else fair. A threshold
is the cut that makes the fewest mistakes, both kinds weighing the same in share of their kind,
among those that call at most one in twenty worse than it is.

The drawings are easier than life in some ways and harder in others: what the figures are good for
is to compare versions, and to set thresholds by a rule."""


@dataclass(frozen=True)
class Shot:
    """One cut-out: its step, its Dice, that of the plain recipe (lesions), what was measured."""

    step: str
    dice: float
    plain: float
    measures: dict[str, float]
    level: str | None


def subject_shots(seeds, subject):
    for step, options in composites.STEPS:
        for seed in seeds:
            picture, truth = composites.composite(seed, **options)
            made, alpha = cut_out(picture, "general", subject)
            if made is None:
                yield Shot(step, 0.0, 0.0, {}, None)
                continue
            dice = composites.soft_dice(alpha, truth)
            yield Shot(step, dice, 0.0, made.measures, made.quality)


def cut_out(picture, engine, subject):
    """(Made, α) of a picture (uint8), or (None, None) where nothing was found."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
        Image.fromarray(picture).save(file, "PNG", compress_level=1)
        file.flush()
        try:
            made = cutout.cut_out(
                file,
                out,
                engine=engine,
                dermoscopic=None,
                max_pixels=10**8,
                detector=lambda: subject,
            )
        except cutout.SubjectNotFound:
            return None, None
        out.seek(0)
        return made, np.asarray(Image.open(out))[..., 3] / np.float32(255)


def lesion_shots(seeds):
    for seed in seeds:
        picture, truth = cutouts.dermoscopy(seed, size=(768, 576))
        for how in (*cutouts.SPOILT, *cutouts.BITTEN):
            spoilt = cutouts.spoil(picture, seed, how, truth)
            yield lesion_shot(how, spoilt, truth)
            yield lesion_shot(f"{how}, cropped", *map(cutouts.cropped, (spoilt, truth)))


def lesion_shot(step, picture, truth):
    coarse, truth = cutouts.coarse(picture), cutouts.coarse(truth)
    seen = field.find(coarse)
    plain = lesion.segment(coarse[..., 2], lesion.within(coarse, seen))
    found = lesion.find(coarse, seen)
    dice = 0.0 if plain is None else lesion.dice(plain, truth)
    if found is None:
        return Shot(step, 0.0, dice, {}, None)
    measures = cutout.measure_lesion(found, coarse, seen)
    level = grading.quality("lesion", measures)
    return Shot(step, lesion.dice(found.mask, truth), dice, measures, level)


def figures(report, title, shots, plain):
    """A table by step: mean and tenth percentile of Dice, how often each level was given."""
    rows = []
    for step in [*dict.fromkeys(shot.step for shot in shots), "all"]:
        of = [shot for shot in shots if step in (shot.step, "all")]
        dice = [shot.dice for shot in of]
        given = [sum(shot.level == level for shot in of) for level in (*LEVELS, None)]
        row = [step, f"{np.mean(dice):.3f}", f"{np.percentile(dice, 10):.3f}", *given]
        if plain:
            row[1:1] = [f"{np.mean([shot.plain for shot in of]):.3f}"]
        rows.append(row)
    header = ["step", *(["plain: Dice"] if plain else []), "Dice", "10th", *LEVELS, "nothing found"]
    report.text(f"### {title}")
    report.table(header, rows)


def level_of(dice, limits):
    return LEVELS[sum(dice < limit for limit in limits)]


def confusion(report, shots, limits):
    """Truth against quality; the share of fair cut-outs that are called excellent, in %."""
    counts = {(truth, given): 0 for truth in LEVELS for given in LEVELS}
    for shot in shots:
        if shot.level:
            counts[level_of(shot.dice, limits), shot.level] += 1
    rows = [(f"is {t}", *(counts[t, g] for g in LEVELS)) for t in LEVELS]
    report.table(("", *(f"called {level}" for level in LEVELS)), rows)
    fair = sum(counts["fair", given] for given in LEVELS)
    return 100 * counts["fair", "excellent"] / max(1, fair)


def derived(shots, limits):
    """(excellent from, good from), of certainty."""
    found = [shot for shot in shots if shot.level]
    values, dice = [shot.certainty for shot in found], np.array([shot.dice for shot in found])
    return tuple(threshold(values, dice >= limit) for limit in limits)


def choices(subject):
    """How often `auto` takes the right engine: (what, pictures, right)."""
    kinds = {
        "dermoscopy, round field": [
            cutouts.spoil(cutouts.dermoscopy(seed, size=(640, 480))[0], seed, how)
            for seed in range(6)
            for how in cutouts.SPOILT
        ],
        "close-up of skin": [
            np.asarray(phantoms.macro(seed, size=(640, 480), phototype=1 + seed % 6))
            for seed in range(12)
        ],
        "region of the body": [
            np.asarray(phantoms.overview(seed, size=(640, 480), phototype=1 + seed % 6))
            for seed in range(12)
        ],
        "drawn subjects": [
            composites.composite(seed, **options)[0]
            for seed in range(4)
            for _, options in composites.STEPS
        ],
    }
    for what, pictures in kinds.items():
        round_ones = [field.find(cutouts.coarse(picture)) is not None for picture in pictures]
        right = sum(round_ones) if "round" in what else len(pictures) - sum(round_ones)
        yield what, len(pictures), right


def main():
    report = Report("Cut-outs: how good they are, how they are judged, what they cost")
    report.text(INTRODUCTION)
    subject = SubjectDetector("u2netp", "", "")
    subjects = list(subject_shots(range(FIGURES), subject))
    figures(report, "General", subjects, plain=False)
    general_alarms = confusion(report, subjects, RIGHT["general"])
    lesions = list(lesion_shots(range(SCENES)))
    figures(report, "Lesion", lesions, plain=True)
    lesion_alarms = confusion(report, lesions, RIGHT["lesion"])
    report.text("### Pictures that nothing was derived from\n\nGeneral, then lesion:")
    new_subjects = list(subject_shots(range(500, 500 + HELD_OUT_FIGURES), subject))
    confusion(report, new_subjects, RIGHT["general"])
    new_lesions = list(lesion_shots(range(500, 500 + HELD_OUT)))
    confusion(report, new_lesions, RIGHT["lesion"])
    figures(report, "Lesion, held out", new_lesions, plain=True)
    report.text("### Thresholds of certainty")
    pairs = []
    for engine, shots in (("general", subjects), ("lesion", lesions)):
        of_code = getattr(grading, engine.upper())
        pairs += zip(
            (f"{engine.upper()}[0]", f"{engine.upper()}[1]"),
            derived(shots, RIGHT[engine]),
            of_code,
            strict=True,
        )
    report.table(
        ("constant", "derived", "in imaging/background/grading.py"),
        [(name, f"{found:.2f}", f"{here:.2f}") for name, found, here in pairs],
    )
    report.text("### `auto`")
    chosen = list(choices(subject))
    report.table(("pictures", "number", "right"), chosen)
    report.text("### Cost")
    costs = cutting_costs.main(report)
    mean = {
        "plain": np.mean([shot.dice for shot in subjects if shot.step == "plain"]),
        "lesion": np.mean([shot.dice for shot in lesions + new_lesions]),
        "recipe": np.mean([shot.plain for shot in lesions + new_lesions]),
    }
    report.goals(
        [
            *(
                (f"{name}: off what is derived", abs(found - here), 0)
                for name, found, here in pairs
            ),
            ("plain subjects: 1 − Dice", 1 - mean["plain"], 0.05),
            ("lesions: Dice short of the plain recipe's", mean["recipe"] - mean["lesion"], 0),
            ("general: fair called excellent, %", general_alarms, 25),
            ("lesion: fair called excellent, %", lesion_alarms, 25),
            ("`auto` wrong, pictures", sum(number - right for _, number, right in chosen), 0),
            *costs,
        ]
    )
    return report


if __name__ == "__main__":
    main().finish()
