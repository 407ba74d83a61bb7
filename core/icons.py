"""The sprite of all icons that pages use: one file, which the browser caches.

`python -m core.icons` (run by script/setup) writes static/vendor/icons.svg from the package lucide
and fails on an icon that the package lacks. Icons that a stylesheet draws over pictures get files
of their own beside it.
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
# In a template's tag, and in what an app registers for a button (consultations/actions.py).
_NAMED = re.compile(r"""\{% lucide "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)\"""")


def names() -> list[str]:
    """Every icon that a template or an app uses, sorted."""
    files = [*(ROOT / "templates").rglob("*.html")]
    files += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    used = {name for path in files for pair in _NAMED.findall(path.read_text()) for name in pair}
    return sorted(used - {""})


def sprite() -> str:
    """The SVG file, with a <symbol> for each icon. base.css styles the strokes."""
    symbols = "".join(_symbol(name) for name in names())
    return f'<svg xmlns="{_SVG}">\n{symbols}</svg>\n'


def _symbol(name: str) -> str:
    return f'<symbol id="{name}" viewBox="0 0 24 24">{_shapes(name)}</symbol>\n'


def _shapes(name: str) -> str:
    shapes = (ElementTree.tostring(shape, encoding="unicode") for shape in _load_icon(name))
    return "".join(shape.strip() for shape in shapes)


def overlay_icon(name: str) -> str:
    """An SVG file of one icon, in the white that tokens.css uses over pictures."""
    line = 'fill="none" stroke="white" stroke-width="2" stroke-linecap="round"'
    box = 'viewBox="0 0 24 24" stroke-linejoin="round"'
    return f'<svg xmlns="{_SVG}" {box} {line}>{_shapes(name)}</svg>\n'


def main() -> None:
    """Write the files where collectstatic finds them."""
    path = ROOT / "static" / SPRITE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sprite())
    for name in OVERLAY_ICONS:
        path.with_name(f"{name}.svg").write_text(overlay_icon(name))


if __name__ == "__main__":
    main()
