"""Where the levels of a cut-out's edge certainty come from, and what cutting out costs.

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
from tools.bench import composites, cutouts, cutting_costs, top_class  # noqa: E402
from tools.bench.quality import threshold  # noqa: E402
from tools.bench.report import Report  # noqa: E402

LEVELS = QUALITIES
GOOD = {"general": 0.85, "lesion": 0.75}  # Dice from which a mask is good
SCENES, HELD_OUT = 20, 12  # drawn dermoscopic pictures
FIGURES, HELD_OUT_FIGURES = 8, 4  # drawn subjects, at every step
BITTEN = (*cutouts.BITTEN, "patched", "holds something")  # steps of both engines
UNSEEN = ("bubble", "glare")  # kinds of bites that nothing is derived from: lesions', subjects'
INTRODUCTION = f"""\
Each engine is held against pictures whose answer is known by construction.

**Subjects** (`tools/bench/composites.py`): a furry figure, drawn four times as large and averaged,
before a background of slow colours; then smaller, at the frame, twice, of fainter contrast, amid
shapes, out of focus, noisy. The truth is its α, the figure Dice of the two α (2 Σ min / Σ sum).

**Lesions** (`tools/bench/cutouts.py`): {SCENES} dermoscopic pictures drawn by `tools.phantoms` (six
kinds, phototypes I to VI, contact and polarized, hair as it falls), spoilt in five ways and bitten
in five (what lies on the outline takes a bite out of a mask, adds to it, or leaves hairs in it),
each in its round field and cropped to what lies within it. The truth is where the drawing put more
than half of the lesion. *Plain* is the recipe that the engine starts from, alone: Otsu's threshold
on the smoothed blue channel, opened, closed, the piece in the middle, filled.

**Edge certainty** (`quality` in the API; excellent, good and fair are high, medium and low on the
pages; `by_hand` where a person corrected the outline, which is not judged). *Excellent* is to mean
that the outline can be used as it is: a Dice of {top_class.RIGHT}, in {top_class.WANTED:.0%} of the
masks that have the class, on pictures that nothing was derived from. No single measure says that: a
mask with a bite is as certain of itself as any. It needs several at once, each within its limit
(`imaging/background/contour.py`, `grading.py`): `flat`, the share of the line without a step in
colour; `uneven`, how far a stretch of the rim is from the usual colour; `bay`, the largest disc
between the line and its convex hull; `spur`, the share of the mask that is as thin as a hair;
`stable`, the Dice of what two thresholds make of the mask; `edge`, the share of the outline that
the picture supports; and `certainty`: the Dice that the network itself expects of its mask, or for
a lesion how far shifted thresholds and other channels agree, times the share of the outline that is
off the field's rim, less where it does not fill its convex hull. The limits are derived
(`tools/bench/top_class.py`): from none at all, that step is taken which excludes the most wrong
masks for each right one, until {top_class.PRECISION:.0%} of the class are right. Measures that
exclude nothing more have no limit. {UNSEEN[0].capitalize()}s (lesions) and {UNSEEN[1]} are left
out of this, so that bites of another kind are among what is held out.

*Good* is a certainty from which a Dice of {GOOD["general"]} ({GOOD["lesion"]} for lesions, on whose
outline experts do not agree better) is likelier than not: the cut that makes the fewest mistakes,
both kinds weighing the same in share of their kind, among those that call at most one in twenty
worse than it is, of what is not bitten, since certainty does not see that. The rest is fair. A mask
of an odd kind (share of the picture, number of pieces,
much of the frame touched) is a level lower. Images that were processed before keep their class
until they are processed again.

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


def level_of(dice, engine):
    return LEVELS[(dice < top_class.RIGHT) + (dice < GOOD[engine])]


def confusion(report, shots, engine):
    """Truth against quality."""
    counts = {(truth, given): 0 for truth in LEVELS for given in LEVELS}
    for shot in shots:
        if shot.level:
            counts[level_of(shot.dice, engine), shot.level] += 1
    rows = [(f"is {t}", *(counts[t, g] for g in LEVELS)) for t in LEVELS]
    report.table(("", *(f"called {level}" for level in LEVELS)), rows)


def derived(engine, shots):
    """(the limits of the top class, the certainty from which a mask is good)."""
    shots = [shot for shot in shots if shot.level and not shot.step.startswith(UNSEEN)]
    whole = [shot for shot in shots if not shot.step.startswith(BITTEN)]
    values, dice = [s.measures["certainty"] for s in whole], np.array([s.dice for s in whole])
    return top_class.derive(engine, shots), threshold(values, dice >= GOOD[engine])


def thresholds(report, shots):
    """A table of what is derived from {engine: shots} and of the code; how far each is off."""
    rows, off = [], []
    for engine, of in shots.items():
        limits, good = derived(engine, of)
        here = grading.EXCELLENT[engine] | {"good": grading.GOOD[engine]}
        there = limits | {"good": good}
        for name in sorted({*here, *there}):
            value, known = there.get(name, -1.0), here.get(name, -1.0)
            constant = f'GOOD["{engine}"]' if name == "good" else f'EXCELLENT["{engine}"]["{name}"]'
            rows.append((constant, f"{value:.2f}", f"{known:.2f}"))
            off.append((f"{constant}: off what is derived", abs(value - known), 0))
    report.text("### Limits")
    report.table(("constant", "derived", "in imaging/background/grading.py"), rows)
    return off


def top_class_report(report, title, shots):
    """How far the top class is to be trusted; (precision, recall)."""
    shots = [shot for shot in shots if shot.level]
    given, precision, recall = top_class.trust(shots)
    report.text(
        f"#### {title}\n\nPrecision {precision:.3f}, recall {recall:.2f}: {given} of {len(shots)}"
        " masks are called excellent."
    )
    header = ("step", "masks", f"Dice ≥ {top_class.RIGHT}", "called excellent", "of those, less")
    report.table(header, top_class.trust_by_step(shots))
    return precision, recall


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
    shots = {
        "general": list(subject_shots(range(FIGURES), subject)),
        "lesion": list(lesion_shots(range(SCENES))),
    }
    new = {
        "general": list(subject_shots(range(500, 500 + HELD_OUT_FIGURES), subject)),
        "lesion": list(lesion_shots(range(500, 500 + HELD_OUT))),
    }
    for engine, of in shots.items():
        figures(report, engine.capitalize(), of, plain=engine == "lesion")
        confusion(report, of, engine)
    report.text("### The top class, on pictures that nothing was derived from")
    goals = []
    for engine, of in new.items():
        precision, recall = top_class_report(report, engine.capitalize(), of)
        goals += [
            (f"{engine}: called excellent wrongly", 1 - precision, round(1 - top_class.WANTED, 2)),
            (f"{engine}: right ones not called excellent", 1 - recall, 0.7),
        ]
        confusion(report, of, engine)
    figures(report, "Lesion, held out", new["lesion"], plain=True)
    goals += thresholds(report, shots)
    report.text("### `auto`")
    chosen = list(choices(subject))
    report.table(("pictures", "number", "right"), chosen)
    report.text("### Cost")
    costs = cutting_costs.main(report)
    plain = np.mean([shot.dice for shot in shots["general"] if shot.step == "plain"])
    lesions = shots["lesion"] + new["lesion"]
    gain = np.mean([shot.dice for shot in lesions]) - np.mean([shot.plain for shot in lesions])
    report.goals(
        [
            *goals,
            ("plain subjects: 1 − Dice", 1 - plain, 0.05),
            ("lesions: Dice short of the plain recipe's", -gain, 0),
            ("`auto` wrong, pictures", sum(number - right for _, number, right in chosen), 0),
            *costs,
        ]
    )
    return report


if __name__ == "__main__":
    main().finish()
