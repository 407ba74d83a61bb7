"""What production serves: every file under a hashed name, every import among them found."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from core import icons


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    root = tmp_path_factory.mktemp("static")
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "dermaai.staticfiles.StaticFiles"}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages, WHITENOISE_USE_FINDERS=False):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_imports_of_our_modules_are_hashed_and_there(collected):
    modules = [
        p for p in (collected / "js").rglob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", p.name)
    ]
    assert len(modules) > 20
    for module in modules:
        for name in re.findall(r"(?:from|import)\s*[\"'](\.[^\"']+)[\"']", module.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), (module.name, name)
            assert (module.parent / name).exists(), (module.name, name)


def test_libraries_are_there_and_name_no_source_map(collected):
    for path in ("vendor/uppy/uppy.min.mjs", "vendor/openseadragon/openseadragon.min.js"):
        assert "sourceMappingURL" not in (collected / path).read_text()[-300:]


def test_colours_and_durations_are_tokens():
    """A second place for a colour is a second colour."""
    css = settings.BASE_DIR / "static" / "css"
    for sheet in css.glob("*.css"):
        if sheet.name in ("tokens.css", "swagger.css"):
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\boklch\(|\bhsl\(", sheet.read_text())
        assert not found, (sheet.name, found)


def test_every_icon_that_a_page_names_is_in_the_file():
    """Else the page shows a gap: `script/setup` draws the file anew."""
    assert (settings.BASE_DIR / "static" / icons.SPRITE).read_text() == icons.sprite()
    assert {"star", "scissors", "triangle-alert"} <= set(icons.names())
