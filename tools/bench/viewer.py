"""script/bench viewer --against REV: from pressing a tile to the sharp picture, to the next one,
and back to the page, in this tree and in another revision.

Chromium with a slowed processor, nothing cached, both trees in turn. A picture counts as there when
its own pixels are on the screen: every display rendition has a square of its own colour in the
middle, which its thumbnail lacks, so that an enlarged thumbnail does not count.
"""

import json
import sys
from pathlib import Path
from statistics import median

from PIL import ImageDraw
from playwright.sync_api import sync_playwright

from tools import phantoms

from . import first_view
from .against import both, revision_named
from .report import Report

PAGE = "consultation, 24 images"
ROUNDS = 9  # of each tree
SLOWER = 4  # times: Chromium's CPU throttling
DISPLAY, SQUARE = (1920, 1440), (480, 360)  # px
PRESS = 80  # ms between a mouse button's down and up, of a quick press
LOOKED = 1500  # ms that somebody looks at the page, or a picture, before going on
TILE = 3  # the one that is pressed
COLOURS = ("#d01010", "#10a010", "#1010d0", "#d0a000", "#a000c0", "#00a0a0")
GOALS, GOAL = ("open", "next", "close"), 0.7
STEPS = {
    "open": "pressing a tile, to the sharp picture",
    "next": "the next picture, sharp",
    "close": "closing, to the page",
    "back": "closing, to the page with the focus in it",
}
WATCH = (Path(__file__).parent / "viewer_watch.js").read_text()


def draw(trees):
    """Thumbnails, and a display rendition for each: one drawn skin, squares of several colours."""
    first_view.draw(trees)
    skin = phantoms.macro(7, size=DISPLAY, lesion=phantoms.Lesion(7))
    left, top = ((whole - part) // 2 for whole, part in zip(DISPLAY, SQUARE, strict=True))
    for number, thumbnail in enumerate(trees[0].scene["thumbnails"]):
        picture = skin.copy()
        box = (left, top, left + SQUARE[0], top + SQUARE[1])
        ImageDraw.Draw(picture).rectangle(box, fill=COLOURS[number % len(COLOURS)])
        for tree in trees:
            folder = tree.data / "media/processed"
            folder.mkdir(parents=True, exist_ok=True)
            picture.save(folder / Path(thumbnail).with_suffix(".jpg"), "JPEG", quality=94)


def visit(browser, tree):
    """{step: ms} of one visit."""
    with first_view.signed_in(browser, tree) as (tab, line):
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        tab.goto(tree.scene["pages"][PAGE]["path"])
        tab.wait_for_load_state("networkidle")
        tab.wait_for_timeout(LOOKED)
        tab.evaluate(WATCH, json.dumps(COLOURS))
        box = tab.locator("[data-viewer-item] .img").nth(TILE).bounding_box()
        where = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        def press_tile():
            tab.mouse.click(*where, delay=PRESS)

        took = {}
        tab.mouse.move(*where, steps=5)
        tab.wait_for_timeout(150)
        for act, steps in (
            (press_tile, ["open"]),
            (lambda: tab.keyboard.press("ArrowRight"), ["next"]),
            (lambda: tab.keyboard.press("Escape"), ["close", "back"]),
        ):
            tab.evaluate("steps => { window.benchWatch(steps) }", steps)
            act()
            took |= tab.evaluate("() => window.benchTook")
            tab.wait_for_timeout(LOOKED)
        for step in STEPS:
            if took[step] is None:
                sys.exit(f"{tree.name}: {step}: nothing was seen")
        return took


def tell(report, trees):
    """The table, and the goals."""
    with sync_playwright() as playwright:
        browser = first_view.launched(playwright)
        for tree in trees:  # the server's own first time is not the reader's
            visit(browser, tree)
        visits = [[], []]
        for number in range(ROUNDS):
            for which in (0, 1) if number % 2 else (1, 0):
                visits[which].append(visit(browser, trees[which]))
        browser.close()
    rows, goals = [], []
    for step, words in STEPS.items():
        base, head = ([took[step] for took in each] for each in visits)
        ratio = median(head) / median(base)
        spread = [f"{min(each):.0f} to {max(each):.0f}" for each in (base, head)]
        rows.append(
            (
                words,
                f"{median(base):.0f}",
                spread[0],
                f"{median(head):.0f}",
                spread[1],
                f"{ratio:.2f}",
            )
        )
        if step in GOALS:
            goals.append((f"{words}: head / base", ratio, GOAL))
    report.table(("ms, medians", "base", "all", "head", "all", "ratio"), rows)
    report.goals(goals)


def main(name):
    report = Report("The viewer against a former revision")
    rev = revision_named(name)
    report.text(
        f"Base is {rev}. Chromium, processor {SLOWER} times slower, nothing cached, {ROUNDS} "
        f"visits of each in turn to “{PAGE}”. Measured from the button's going down, which goes up "
        f"{PRESS} ms later, or from the key, to the first frame after the picture's own pixels are "
        "there."
    )
    with both(rev) as trees:
        draw(trees)
        tell(report, trees)
    report.finish()


if __name__ == "__main__":
    main(sys.argv[1])
