"""How long a first view of a page takes on a slow line: until its largest picture is painted."""

import os
import shutil
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import sync_playwright

from tools import phantoms

ROUNDS = 7  # of each tree
THUMBNAIL = (300, 225)  # px
# Chromium's "Slow 4G": every answer begins that late; bytes a second down and up.
SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
# The last picture that was the largest so far; text does not count.
LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const pictures = list.getEntries().filter((entry) => entry.element?.matches("img.img"));
    if (pictures.length) done(pictures.at(-1).startTime);
  }).observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done(null), 30000);
})"""


def tell(report, trees, page):
    """The medians (ms) of both trees, in a table."""
    draw(trees)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        times = [[], []]
        for _ in range(ROUNDS):
            for tree, measured in zip(trees, times, strict=True):
                measured.append(view(browser, tree, page))
        browser.close()
    report.text(
        f"First view of “{page}” in Chromium with nothing cached, {SLOW['latency']} ms and "
        f"{SLOW['downloadThroughput'] * 8 / 1e6:.1f} Mbit/s: until the largest picture is painted, "
        f"of {ROUNDS} in turn."
    )
    medians = [median(measured) for measured in times]
    spread = [f"{min(measured):.0f} to {max(measured):.0f}" for measured in times]
    cells = zip((tree.name for tree in trees), medians, spread, strict=True)
    report.table(("", "ms, median", "all"), [(name, f"{ms:.0f}", of) for name, ms, of in cells])
    return medians


def launched(playwright):
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
    )


def draw(trees):
    """Thumbnails of drawn skin under the names that the scene gave, the same in both."""
    for number, name in enumerate(trees[0].scene["thumbnails"]):
        picture = phantoms.macro(number, size=THUMBNAIL, lesion=phantoms.Lesion(number))
        for tree in trees:
            folder = tree.data / "media/thumbnails"
            folder.mkdir(parents=True, exist_ok=True)
            picture.save(folder / name, "WEBP", quality=88, method=2)


@contextmanager
def signed_in(browser, tree):
    """(page, its line to Chromium) of the scene's doctor: a context of its own, which has no
    cache."""
    address = f"http://127.0.0.1:{tree.port}"
    window = {"width": 1280, "height": 900}
    with browser.new_context(viewport=window, base_url=address) as context:
        session = {"name": "sessionid", "value": tree.scene["session"]}
        context.add_cookies([session | {"url": address}])
        tab = context.new_page()
        yield tab, context.new_cdp_session(tab)


def view(browser, tree, page):
    """One first view."""
    with signed_in(browser, tree) as (tab, line):
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW)
        tab.goto(tree.scene["pages"][page]["path"])
        tab.wait_for_load_state("networkidle")
        return tab.evaluate(LARGEST)
