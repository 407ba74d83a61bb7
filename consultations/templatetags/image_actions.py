from django import template

from .. import actions, additions
from ..models import ConsultationImage

register = template.Library()
PLACEHOLDER_KEY = 0  # stands for the key that the viewer fills in


@register.simple_tag
def image_actions(image: ConsultationImage | None = None) -> list[tuple[actions.Action, str]]:
    """[(action, URL)] for an image; without one, for the viewer, which replaces the key 0."""
    key = PLACEHOLDER_KEY if image is None else image.pk
    return [(action, action.url(key)) for action in actions.registered()]


@register.simple_tag
def viewer_tools() -> list[str]:
    """Templates of further buttons in the viewer (additions.py)."""
    return additions.tools
