"""Layout and accessibility of pages: nothing wider than the screen, axe, in light and dark."""

from django.conf import settings

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
# Only violations are reported: listing what passes takes axe longer than the rules themselves.
# In the second scheme only colours differ, so only the rules about colours are run again.
AXE_RUN = """(onlyColours) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const ofColours = () =>
        axe.getRules(tags).filter((rule) => rule.tags.includes('cat.color'));
    const runOnly = onlyColours ? ofColours().map((rule) => rule.ruleId) : tags;
    return axe.run(document, { runOnly, resultTypes: ['violations'], preload: false });
}"""
PHONE, DESKTOP = 360, 1440


def touch(page, *fingers):
    """Fingers at these places of the window come down one after the other, and leave together."""
    line = page.context.new_cdp_session(page)
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
    for count in range(1, len(points) + 1):
        down = {"type": "touchStart", "touchPoints": points[:count]}
        line.send("Input.dispatchTouchEvent", down)
    line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    line.detach()


WIDTHS = (PHONE, 768, DESKTOP)
SCHEMES = ("dark", "light")


# During a transition, colours belong to neither scheme. Elements that inherit a colour start their
# own transition when the first has finished.
FINISH_TRANSITIONS = """async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const moving = () => document.getAnimations().filter((one) => one instanceof CSSTransition);
    await drawn();
    while (moving().length) {
        moving().forEach((one) => one.finish());
        await drawn();
    }
}"""


def in_both_schemes(page, schemes=SCHEMES):
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(FINISH_TRANSITIONS)
        yield scheme


def run_axe(page, only_colours=False):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # through the debugger, which bypasses the page's policy
        page.add_init_script(AXE)  # what is loaded next has it, without sending half a megabyte
    problems = page.evaluate(AXE_RUN, only_colours)
    return [(v["id"], n["target"]) for v in problems["violations"] for n in v["nodes"]]


def accessibility_violations(page):
    """[(scheme, rule, element)] of the accessibility rules that the page violates."""
    return [
        (scheme, *violation)
        for scheme in in_both_schemes(page)
        for violation in run_axe(page, only_colours=scheme != SCHEMES[0])
    ]


# With a message shown: each control, scrolled into view, must be what a press on its middle meets,
# and not a bar or a message that lies over it.
COVERED = """async () => {
    if (!document.querySelector("script[src]")) return []; // a shared link's page: no messages
    const { toast } = await import("/static/js/components/toast.js");
    const message = toast("Image supprimée.", { action: { label: "Annuler", onClick() {} } });
    const barOf = (element) => {
        for (; element; element = element.parentElement) {
            if (/fixed|sticky/.test(getComputedStyle(element).position)) return element;
        }
        return null;
    };
    const found = [];
    const layer = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
    const all = layer.querySelectorAll("a[href], button, input, select, textarea, summary");
    for (const control of all) {
        if (control.disabled || !control.checkVisibility({ visibilityProperty: true })) continue;
        control.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
        const over = () => {
            const { left, top, width, height } = control.getBoundingClientRect();
            if (width < 4 || height < 4) return null; // visually hidden
            const hit = document.elementFromPoint(left + width / 2, top + height / 2);
            const bar = hit && barOf(hit);
            if (bar?.querySelector("details[open]")) return null; // a menu that somebody has opened
            const own = bar?.contains(control) || hit?.closest("label")?.control === control;
            return own ? null : bar;
        };
        if (over()?.id === "toasts") document.dispatchEvent(new Event("scrollend")); // it moves
        const bar = over();
        if (bar) found.push([control.outerHTML.slice(0, 80), bar.className]);
    }
    message.remove();
    scrollTo(0, 0);
    return found;
}"""


def covered_controls(page):
    """[(control, what lies over it)], with a message shown."""
    return [("covered", *fault) for fault in page.evaluate(COVERED)]


def page_faults(page, name, widths=WIDTHS, path=None):
    """The faults at each width; with `path`, the page is loaded at phone and desktop width."""
    problems = []
    for number, width in enumerate(widths):
        # The one that is on comes first: each change draws the page anew.
        schemes = SCHEMES[::-1] if number % 2 else SCHEMES
        page.set_viewport_size({"width": width, "height": 800})
        if path and width in (PHONE, DESKTOP):
            page.goto(path)
        problems += [(name, width, *fault) for fault in covered_controls(page)]
        for scheme in in_both_schemes(page, schemes):
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append((name, width, scheme, "wider than the screen"))
            if width in (PHONE, DESKTOP):
                violations = run_axe(page, only_colours=scheme != schemes[0])
                problems += [(name, width, scheme, *violation) for violation in violations]
    return problems
