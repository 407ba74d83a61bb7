"""The `filled` tag renders a part once and fills in values: they must be escaped, and must not end
up in another item."""

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
def render_part(monkeypatch):
    rendered_templates = []

    def get_template(name):
        rendered_templates.append(name)
        return Template(PART)

    monkeypatch.setattr(engines["django"].engine, "get_template", get_template)
    page = Template('{% load filled %}{% filled "part.html" one=image.tile part=part %}')

    def render(choices, filled, **context):
        image = {"tile": Filling({"marked": False} | choices, {"name": "a"} | filled)}
        return page.render(Context({"image": image, "user": "x", "csrf_token": "y"} | context))

    render.rendered_templates = rendered_templates
    return render


def test_each_item_is_filled_with_its_own_values(render_part):
    with translation.override("en"):
        assert render_part({}, {"name": "Ada"}) == '<li title="100 %">\n<b>Ada</b> Home</li>'
        assert render_part({"marked": True}, {"name": "Bob"}, part=3) == (
            '<li class="on" title="100 %">\n<b>Bob</b> Home3</li>'
        )
        assert "<b>Eve</b>" in render_part({}, {"name": "Eve"})
    with translation.override("fr"):
        assert "Accueil" in render_part({}, {})
    assert len(render_part.rendered_templates) == 3, "once per language and set of conditions"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<script>'\"&", "&lt;script&gt;&#x27;&quot;&amp;"),
        ("%(name)s %s %", "%(name)s %s %"),
        ("\ue000name\ue001", "\ue000name\ue001"),
        (mark_safe("<i>"), "<i>"),
    ],
)
def test_values_are_escaped_and_not_interpreted(render_part, text, escaped):
    assert f"<b>{escaped}</b>" in render_part({}, {"name": text})


def test_missing_value_raises_key_error():
    template = Template('{% load filled %}{% filled "components/strip.html" strip=strip %}')
    with pytest.raises(KeyError):
        template.render(Context({"strip": Filling({}, {})}))
