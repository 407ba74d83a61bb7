"""Images that a page or the API names by their keys, and what is done with them."""

from collections.abc import Sequence

from django import forms

MAX_IMAGES = 1000  # images of one request
MAX_DIGITS = 18  # of a key


class BinForm(forms.Form):
    """What is done with images in the bin; `sure` once the question was answered."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("restore", "erase")])
    sure = forms.BooleanField(required=False)


def parse_keys(texts: Sequence[str]) -> list[int]:
    """The valid keys among `texts`, of which at most MAX_IMAGES are read."""
    return [
        int(text)
        for text in texts[:MAX_IMAGES]
        if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    ]
