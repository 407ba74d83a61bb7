from django import template
from django.template import Context
from django.utils.functional import Promise

from ..forms import ShareForm
from ..models import Share, UserImage
from ..services import shares

register = template.Library()


@register.simple_tag(takes_context=True)
def share_form(context: Context) -> ShareForm:
    """The panel's form: the one that was submitted with errors, or an empty one."""
    return context.get("share_form") or ShareForm()


@register.simple_tag
def live_links(image: UserImage) -> list[Share]:
    """The open links to an image, the newest first."""
    return list(image.shares.alive())


@register.filter
def state(share: Share) -> str:
    """The state of a link: a key in STATES."""
    return shares.state(share)


@register.filter
def state_label(share: Share) -> str | Promise:
    """The state of a link, in words."""
    return shares.STATES[shares.state(share)]
