"""Parts that are rendered once: lost would be a page that shows another person's."""

import pytest
from django.template import Context, Template, engines
from django.utils import translation

from core.templatetags.fixed import strip_indentation


@pytest.fixture
def rendered():
    nav = Template('{% load fixed %}{% fixed "components/tabbar.html" route=r doctor=d own=o %}')
    return lambda **values: nav.render(Context({"r": "home", "d": False, "o": ""} | values))


def test_each_language_and_each_value_has_its_own(rendered):
    with translation.override("fr"):
        assert "Accueil" in rendered()
        assert "/patients/7/" in rendered(o=7)
        assert "/patients/8/" in rendered(o=8)
        assert "/patients/" not in rendered()
    with translation.override("en"):
        assert "Home" in rendered()
        assert "Patients" in rendered(d=True)
        assert "Patients" not in rendered()


def test_nothing_of_a_request_gets_in(monkeypatch):
    seen = {}

    class Part:
        def render(self, context):
            seen.update(context.flatten())
            return ""

    monkeypatch.setattr(engines["django"].engine, "get_template", lambda name: Part())
    part = Template('{% load fixed %}{% fixed "part.html" a=1 %}')
    part.render(Context({"user": "somebody", "csrf_token": "secret"}))
    assert seen == {"True": True, "False": False, "None": None, "a": 1}


def test_lines_lose_their_indentation_and_no_word():
    assert strip_indentation("  <p>\n    a <b>b</b>\n\n  </p>\n") == "<p>\na <b>b</b>\n</p>"
