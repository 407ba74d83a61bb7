from django import forms
from django.utils.translation import gettext_lazy as _

from .sharing import LIFETIME_CHOICES, LONGEST, MOST_VIEWS, SHORTEST


class ShareForm(forms.Form):
    """What is asked for a link: how long it lives, and what else it wants."""

    lifetime = forms.ChoiceField(label=_("Works for"), choices=LIFETIME_CHOICES, initial="1d")
    password = forms.CharField(
        label=_("Password (optional)"),
        required=False,
        strip=False,
        min_length=SHORTEST,
        max_length=LONGEST,
        # Readable: it has to be told to somebody, and is nobody's own.
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    view_limit = forms.IntegerField(
        label=_("View limit (optional)"),
        required=False,
        min_value=1,
        max_value=MOST_VIEWS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "share_%s")  # the page may have a form of its own
        super().__init__(*args, **kwargs)
