from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def file_size(count: float) -> str:
    """A number of bytes as a person reads it: "57 KB", "4.2 MB" (of 1024, as file managers do).

    Django's `filesizeformat` says "Mio" in French, which clinicians do not.
    """
    kilobytes = int(count) / 1024
    if kilobytes < 1000:
        return _("%(number)s KB") % {"number": number_format(max(1, round(kilobytes)), 0)}
    megabytes = round(kilobytes / 1024, 1)  # number_format truncates
    if megabytes >= 1000:
        gigabytes = round(megabytes / 1024, 1)
        places = 0 if gigabytes == int(gigabytes) else 1
        return _("%(number)s GB") % {"number": number_format(gigabytes, places)}
    places = 0 if megabytes >= 10 else 1
    return _("%(number)s MB") % {"number": number_format(megabytes, places)}


@register.filter
def tally(count: int) -> str:
    """A number of pictures; counts stop at 999 (core/keyset.py: COUNT_LIMIT)."""
    return str(count) if count < 1000 else "999+"
