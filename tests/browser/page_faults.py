"""How a page looks: nothing wider than the screen, accessible (axe), in light and dark."""

from django.conf import settings

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
PHONE, DESKTOP = 360, 1440
WIDTHS = (PHONE, 768, DESKTOP)


# Colours that are still on their way from the other scheme are those of neither.
# What inherits a colour starts when that has arrived.
FINISH_TRANSITIONS = """async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const moving = () => document.getAnimations().filter((one) => one instanceof CSSTransition);
    await drawn();
    while (moving().length) {
        moving().forEach((one) => one.finish());
        await drawn();
    }
}"""


def in_both_schemes(page):
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(FINISH_TRANSITIONS)
        yield scheme


def run_axe(page):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # through the debugger: the page's policy stays as it is
    problems = page.evaluate(f"axe.run(document, {RULES})")
    return [(v["id"], n["target"]) for v in problems["violations"] for n in v["nodes"]]


def accessibility_violations(page):
    """Of the rules of accessibility, in each scheme."""
    return [(scheme, *violation) for scheme in in_both_schemes(page) for violation in run_axe(page)]


def page_faults(page, name, widths=WIDTHS, path=None):
    """What is wrong at each width; with `path`, loaded at a phone's width and at a desk's."""
    problems = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if path and width in (PHONE, DESKTOP):
            page.goto(path)
        for scheme in in_both_schemes(page):
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append((name, width, scheme, "wider than the screen"))
            if width in (PHONE, DESKTOP):
                problems += [(name, width, scheme, *violation) for violation in run_axe(page)]
    return problems
