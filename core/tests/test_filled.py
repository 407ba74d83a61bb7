"""Parts that are rendered once and filled in: lost would be an escape, or one image's words in
another's place."""

import pytest
from django.template import Context, Template, engines
from django.utils import translation
from django.utils.safestring import mark_safe

from core.templatetags.filled import Filling

PART = """{% load i18n %}
<li{% if one.marked %} class="on"{% endif %} title="100 %">
  <b>{{ one.name }}</b> {% translate "Home" %}{{ part }}{{ user }}{{ csrf_token }}</li>
"""


@pytest.fixture
def part(monkeypatch):
    made = []

    def get_template(name):
        made.append(name)
        return Template(PART)

    monkeypatch.setattr(engines["django"].engine, "get_template", get_template)
    page = Template('{% load filled %}{% filled "part.html" one=image.tile part=part %}')

    def rendered(asked, told, **more):
        image = {"tile": Filling({"marked": False} | asked, {"name": "a"} | told)}
        return page.render(Context({"image": image, "user": "x", "csrf_token": "y"} | more))

    rendered.made = made
    return rendered


def test_each_has_its_own_words(part):
    with translation.override("en"):
        assert part({}, {"name": "Ada"}) == '<li title="100 %">\n<b>Ada</b> Home</li>'
        assert part({"marked": True}, {"name": "Bob"}, part=3) == (
            '<li class="on" title="100 %">\n<b>Bob</b> Home3</li>'
        )
        assert "<b>Eve</b>" in part({}, {"name": "Eve"})
    with translation.override("fr"):
        assert "Accueil" in part({}, {})
    assert len(part.made) == 3, "once for each language and each set of what is asked"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("<script>'\"&", "&lt;script&gt;&#x27;&quot;&amp;"),
        ("%(name)s %s %", "%(name)s %s %"),
        ("\ue000name\ue001", "\ue000name\ue001"),
        (mark_safe("<i>"), "<i>"),
    ],
)
def test_words_are_escaped_and_are_no_template(part, told, shown):
    assert f"<b>{shown}</b>" in part({}, {"name": told})


def test_a_name_that_nothing_fills_is_a_fault():
    gap = Template('{% load filled %}{% filled "components/strip.html" strip=strip %}')
    with pytest.raises(KeyError):
        gap.render(Context({"strip": Filling({}, {})}))
