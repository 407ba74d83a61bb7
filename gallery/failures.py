"""Why an image has no cut-out: {code of the API: words for a person}."""

from django.utils.translation import gettext_lazy as _

from imaging import background

FAILURES = background.FAILURES | {
    "gave_up": _("It failed several times. Try again; if it keeps failing, tell the practice."),
    "cutout_missing": _("The cut-out could not be found. Tell the practice."),
    "original_missing": _("The original could not be found. Tell the practice."),
}
