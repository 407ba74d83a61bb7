"""How a page looks: nothing wider than the screen, accessible (axe), in light and dark."""

from django.conf import settings

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
# Nothing is told of what is right: naming each such element takes axe longer than the rules do.
# In the second scheme only colours differ, and what depends on them is asked again.
AXE_RUN = """(onlyColours) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const ofColours = () =>
        axe.getRules(tags).filter((rule) => rule.tags.includes('cat.color'));
    const runOnly = onlyColours ? ofColours().map((rule) => rule.ruleId) : tags;
    return axe.run(document, { runOnly, resultTypes: ['violations'], preload: false });
}"""
PHONE, DESK = 360, 1440
WIDTHS = (PHONE, 768, DESK)
SCHEMES = ("dark", "light")


# Colours that are still on their way from the other scheme are those of neither.
# What inherits a colour starts when that has arrived.
ARRIVE = """async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const moving = () => document.getAnimations().filter((one) => one instanceof CSSTransition);
    await drawn();
    while (moving().length) {
        moving().forEach((one) => one.finish());
        await drawn();
    }
}"""


def in_both_schemes(page):
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(ARRIVE)
        yield scheme


def axe(page, only_colours=False):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # through the debugger: the page's policy stays as it is
    found = page.evaluate(AXE_RUN, only_colours)
    return [(v["id"], n["target"]) for v in found["violations"] for n in v["nodes"]]


def breaches(page):
    """Of the rules of accessibility, in each scheme."""
    return [
        (scheme, *breach)
        for scheme in in_both_schemes(page)
        for breach in axe(page, only_colours=scheme != SCHEMES[0])
    ]


def faults(page, name, widths=WIDTHS, path=None):
    """What is wrong at each width; with `path`, loaded at a phone's width and at a desk's."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if path and width in (PHONE, DESK):
            page.goto(path)
        for scheme in in_both_schemes(page):
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((name, width, scheme, "wider than the screen"))
            if width in (PHONE, DESK):
                breaches_here = axe(page, only_colours=scheme != SCHEMES[0])
                found += [(name, width, scheme, *breach) for breach in breaches_here]
    return found
