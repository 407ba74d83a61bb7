from django import template

from .. import actions
from ..models import ConsultationImage

register = template.Library()
PLACEHOLDER_KEY = 0  # stands for the key that the viewer fills in


@register.simple_tag
def image_actions(image: ConsultationImage | None = None) -> list[tuple[actions.Action, str]]:
    """[(action, URL)]; without an image, of the one that the viewer shows: "0" is its place."""
    key = PLACEHOLDER_KEY if image is None else image.pk
    return [(action, action.url(key)) for action in actions.registered()]
