"""Images that a page or the API names by their keys, and what is done with them."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import BodySiteSelect, ask_for_side
from .models import Lesion
from .vocabulary import ImageType, Laterality, body_site_choices

MAX_IMAGES = 1000  # images of one request
MAX_DIGITS = 18  # of a key


class BinForm(forms.Form):
    """What is done with images in the bin; `sure` once the question was answered."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("restore", "erase")])
    sure = forms.BooleanField(required=False)


def _unchanged(choices: list[Any]) -> list[Any]:
    return [("", _("Unchanged")), *choices]


NO_LESION = "none"


class SelectedForm(forms.Form):
    """What several images get at once; the names are the API's. `lesions` are those of the page's
    patient; without any a page has no such menu."""

    image_type = forms.ChoiceField(
        label=_("Type"), choices=_unchanged(ImageType.choices), required=False
    )
    body_site = forms.ChoiceField(
        label=_("Body site"),
        widget=BodySiteSelect,
        choices=lambda: _unchanged(list(body_site_choices())),
        required=False,
    )
    laterality = forms.ChoiceField(
        label=_("Side"),
        widget=forms.Select(attrs={"aria-describedby": "selected-side-missing"}),
        choices=_unchanged(Laterality.choices),
        required=False,
    )
    lesion = forms.ChoiceField(label=_("Lesion"), required=False)

    def __init__(self, *args: Any, lesions: Sequence[Lesion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(lesion.pk), str(lesion)) for lesion in lesions]
        if offered or self.is_bound:
            menu = cast(forms.ChoiceField, self.fields["lesion"])
            menu.choices = _unchanged([*offered, (NO_LESION, _("None"))])
        else:
            del self.fields["lesion"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ask_for_side(self, data)
        return data


def parse_keys(texts: Sequence[str]) -> list[int]:
    """The valid keys among `texts`, of which at most MAX_IMAGES are read."""
    return [
        int(text)
        for text in texts[:MAX_IMAGES]
        if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    ]
