from django import template
from django.template import Context
from django.utils.functional import Promise

from ..forms import ShareForm
from ..models import Share, UserImage
from ..services import shares

register = template.Library()


@register.simple_tag(takes_context=True)
def share_form(context: Context) -> ShareForm:
    """The form of the panel: the one that was sent and refused, or an empty one."""
    return context.get("share_form") or ShareForm()


@register.simple_tag
def live_links(image: UserImage) -> list[Share]:
    """The links to one image that open now, the newest first."""
    return list(image.shares.alive())


@register.filter
def state(share: Share) -> str:
    return shares.state(share)


@register.filter
def state_label(share: Share) -> str | Promise:
    return shares.STATES[shares.state(share)]
