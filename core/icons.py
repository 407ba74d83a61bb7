"""The icons that the pages name, in one file: a page names one and the browser keeps the file.

`python -m core.icons` draws static/vendor/icons.svg, as script/setup has it done, out of the
package lucide; an icon that the package does not have ends it. Beside it is a file of its own for
each icon that a stylesheet draws upon pictures.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

from lucide import _load_icon

ROOT = Path(__file__).resolve().parents[1]
SPRITE = "vendor/icons.svg"
ROOMS = ("accounts", "audit", "consultations", "core", "dermaai", "gallery", "imaging")
OVERLAY_ICONS = ("zoom-in",)
_SVG = "http://www.w3.org/2000/svg"
# A template's tag, and what an app registers for a button (consultations/actions.py).
_NAMED = re.compile(r"""\{% lucide "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)\"""")


def names() -> list[str]:
    """Every icon that a template or an app names."""
    files = [*(ROOT / "templates").rglob("*.html")]
    files += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    found = {name for path in files for pair in _NAMED.findall(path.read_text()) for name in pair}
    return sorted(found - {""})


def sprite() -> str:
    """The file: a <symbol> for each. How its lines look is in base.css, for each page's colours."""
    symbols = "".join(_symbol(name) for name in names())
    return f'<svg xmlns="{_SVG}">\n{symbols}</svg>\n'


def _symbol(name):
    return f'<symbol id="{name}" viewBox="0 0 24 24">{_shapes(name)}</symbol>\n'


def _shapes(name):
    shapes = (ElementTree.tostring(shape, encoding="unicode") for shape in _load_icon(name))
    return "".join(shape.strip() for shape in shapes)


def overlay_icon(name: str) -> str:
    """A file of one icon, white, as tokens.css has what is drawn upon a picture."""
    line = 'fill="none" stroke="white" stroke-width="2" stroke-linecap="round"'
    box = 'viewBox="0 0 24 24" stroke-linejoin="round"'
    return f'<svg xmlns="{_SVG}" {box} {line}>{_shapes(name)}</svg>\n'


def main() -> None:
    """Draw it where collectstatic finds it."""
    path = ROOT / "static" / SPRITE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sprite())
    for name in OVERLAY_ICONS:
        path.with_name(f"{name}.svg").write_text(overlay_icon(name))


if __name__ == "__main__":
    main()
