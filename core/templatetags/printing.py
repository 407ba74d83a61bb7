"""What only paper shows."""

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .dates import long_day

register = template.Library()


@register.simple_tag
def print_head() -> SafeString:
    """The practice, and the day on which the page was made for printing."""
    day = long_day(timezone.localdate())
    printed = _("Printed on %(day)s") % {"day": day}
    name = settings.PRACTICE_NAME or "DermaAI"
    return format_html('<p class="print-only">{} · {}</p>', name, printed)
