from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.versions import VersionedForm

from .filters import GalleryFilter
from .models import UserImage
from .models.images import MAX_IMAGES, MAX_TAGS, TITLE_LENGTH, UserImageQuerySet
from .services import tags
from .services.shares import LIFETIME_CHOICES, MAX_PASSWORD, MAX_VIEWS, MIN_PASSWORD


class GalleryPageFilter(GalleryFilter):
    """The API's filter, with one more status for pages: not finished, whether queued or in work."""

    WAITING = "waiting"
    status = filters.ChoiceFilter(
        label=_("Status"),
        choices=[(WAITING, _("In progress")), *UserImage.Status.choices],
        method="filter_status",
    )

    def filter_status(self, images: UserImageQuerySet, name: str, state: str) -> UserImageQuerySet:
        if state != self.WAITING:
            return images.filter(status=state)
        # No index orders two states together: find by state, then sort. Few images wait.
        return images.filter(pk__in=self.queryset.waiting().order_by().values("pk"))


class TagsField(forms.CharField):
    """Names typed with commas between them; cleans to a list."""

    def clean(self, value: Any) -> list[str]:
        names = tags.split_names(super().clean(value))
        if len(names) > MAX_TAGS:
            text = ngettext_lazy("At most %(most)s tag.", "At most %(most)s tags.", MAX_TAGS)
            raise forms.ValidationError(text, code="max_length", params={"most": MAX_TAGS})
        return names


class UploadForm(forms.Form):
    """Metadata of an upload; the field names are the API's."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, required=False)
    tags = TagsField(label=_("Tags"), max_length=500, required=False)
    engine = forms.ChoiceField(
        label=_("Cut-out mode"), choices=UserImage.Engine, initial=UserImage.Engine.AUTO
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].widget.attrs["list"] = "own-tags"


class ImageForm(VersionedForm, forms.Form):
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, required=False)
    tags = TagsField(
        label=_("Tags"), max_length=500, required=False, help_text=_("Separated by commas")
    )
    is_favorite = forms.BooleanField(label=_("Favorite"), required=False)


class EngineForm(forms.Form):
    engine = forms.ChoiceField(choices=UserImage.Engine, required=False)


class SelectionForm(forms.Form):
    """An action on the selected images."""

    ACTIONS = ("delete", "restore", "favorite", "unfavorite", "tag", "untag")
    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS])
    tags = TagsField(max_length=500, required=False)


class ShareForm(forms.Form):
    """The options of a new link: its lifetime, a password, a view limit."""

    lifetime = forms.ChoiceField(label=_("Expires after"), choices=LIFETIME_CHOICES, initial="1d")
    password = forms.CharField(
        label=_("Password (optional)"),
        required=False,
        strip=False,
        min_length=MIN_PASSWORD,
        max_length=MAX_PASSWORD,
        # Shown as text: it is meant to be passed on, and is not anybody's own password.
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    view_limit = forms.IntegerField(
        label=_("View limit (optional)"),
        required=False,
        min_value=1,
        max_value=MAX_VIEWS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    with_original = forms.BooleanField(
        label=_("Show the original beside it"),
        required=False,
        help_text=_("Anybody with the link then sees the whole photograph, background included."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "share_%s")  # the page may contain another form
        super().__init__(*args, **kwargs)


def parse_keys(texts: Sequence[str], most: int = MAX_IMAGES) -> list[UUID]:
    """The valid keys among `texts`, of which at most `most` are read."""
    keys = []
    for text in texts[:most]:
        with suppress(ValueError):
            keys.append(UUID(text))
    return keys
