from django import template

from ..forms import ShareForm
from ..services import shares

register = template.Library()


@register.simple_tag(takes_context=True)
def share_form(context):
    """The form of the panel: the one that was sent and refused, or an empty one."""
    return context.get("share_form") or ShareForm()


@register.simple_tag
def live_links(image):
    """The links to one image that open now, the newest first."""
    return list(image.shares.alive())


@register.filter
def state(share):
    return shares.state(share)


@register.filter
def state_label(share):
    return shares.STATES[shares.state(share)]
