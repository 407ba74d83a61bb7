"""Static files in production: hashed names, and every import resolves."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from core import icons


@pytest.fixture(scope="module")
def static_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("static")
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "dermaai.staticfiles.StaticFiles"}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages, WHITENOISE_USE_FINDERS=False):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_imports_of_modules_are_hashed_and_exist(static_root):
    modules = [
        p for p in (static_root / "js").rglob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", p.name)
    ]
    assert len(modules) > 20
    for module in modules:
        for name in re.findall(r"(?:from|import)\s*[\"'](\.[^\"']+)[\"']", module.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), (module.name, name)
            assert (module.parent / name).exists(), (module.name, name)


def test_libraries_exist_without_source_maps(static_root):
    for path in ("vendor/uppy/uppy.min.mjs", "vendor/openseadragon/openseadragon.min.js"):
        assert "sourceMappingURL" not in (static_root / path).read_text()[-300:]


def test_colours_are_defined_in_tokens_css_only():
    """Colours defined elsewhere would diverge."""
    css = settings.BASE_DIR / "static" / "css"
    for sheet in css.glob("*.css"):
        if sheet.name in ("tokens.css", "swagger.css"):
            continue
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\boklch\(|\bhsl\(", sheet.read_text())
        assert not colours, (sheet.name, colours)


def test_icon_file_has_every_icon_of_the_templates():
    """Otherwise icons are missing on pages; `script/setup` generates the file."""
    assert (settings.BASE_DIR / "static" / icons.SPRITE).read_text() == icons.sprite()
    assert {"star", "scissors", "triangle-alert"} <= set(icons.names())
