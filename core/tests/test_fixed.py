"""The `fixed` tag renders a part once: a page must never show another person's."""

import pytest
from django.template import Context, Template, engines
from django.utils import translation

from core.templatetags.fixed import strip_indentation


@pytest.fixture
def render_tabbar():
    template = Template(
        '{% load fixed %}{% fixed "components/tabbar.html" route=r doctor=d own=o %}'
    )
    return lambda **values: template.render(Context({"r": "home", "d": False, "o": ""} | values))


def test_part_is_cached_per_language_and_arguments(render_tabbar):
    with translation.override("fr"):
        assert "Accueil" in render_tabbar()
        assert "/patients/7/" in render_tabbar(o=7)
        assert "/patients/8/" in render_tabbar(o=8)
        assert "/patients/" not in render_tabbar()
    with translation.override("en"):
        assert "Home" in render_tabbar()
        assert "Patients" in render_tabbar(d=True)
        assert "Patients" not in render_tabbar()


def test_part_sees_only_its_arguments(monkeypatch):
    context_seen = {}

    class Part:
        def render(self, context):
            context_seen.update(context.flatten())
            return ""

    monkeypatch.setattr(engines["django"].engine, "get_template", lambda name: Part())
    part = Template('{% load fixed %}{% fixed "part.html" a=1 %}')
    part.render(Context({"user": "somebody", "csrf_token": "secret"}))
    assert context_seen == {"True": True, "False": False, "None": None, "a": 1}


def test_strip_indentation_keeps_all_text():
    assert strip_indentation("  <p>\n    a <b>b</b>\n\n  </p>\n") == "<p>\na <b>b</b>\n</p>"
