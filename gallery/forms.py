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
    """As the API's; but whoever looks at a page asks what is not done yet, waiting or in work."""

    WAITING = "waiting"
    status = filters.ChoiceFilter(
        label=_("Status"),
        choices=[(WAITING, _("In progress")), *UserImage.Status.choices],
        method="filter_status",
    )

    def filter_status(self, images: UserImageQuerySet, name: str, state: str) -> UserImageQuerySet:
        if state != self.WAITING:
            return images.filter(status=state)
        # Two states have no order in one index: found by state first, then put in order. Few wait.
        return images.filter(pk__in=self.queryset.waiting().order_by().values("pk"))


class TagsField(forms.CharField):
    """Names as somebody types them, parted by commas: becomes a list."""

    def clean(self, value: Any) -> list[str]:
        names = tags.split_names(super().clean(value))
        if len(names) > MAX_TAGS:
            text = ngettext_lazy("At most %(most)s tag.", "At most %(most)s tags.", MAX_TAGS)
            raise forms.ValidationError(text, code="max_length", params={"most": MAX_TAGS})
        return names


class UploadForm(forms.Form):
    """What may be said of a picture as it comes; the names are the API's."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, required=False)
    tags = TagsField(label=_("Tags"), max_length=500, required=False)
    engine = forms.ChoiceField(
        label=_("What to keep"), choices=UserImage.Engine, initial=UserImage.Engine.AUTO
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].widget.attrs["list"] = "own-tags"


class ImageForm(VersionedForm, forms.Form):
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, required=False)
    tags = TagsField(
        label=_("Tags"), max_length=500, required=False, help_text=_("Parted by commas")
    )
    is_favorite = forms.BooleanField(label=_("Favorite"), required=False)


class EngineForm(forms.Form):
    engine = forms.ChoiceField(choices=UserImage.Engine, required=False)


class SelectionForm(forms.Form):
    """What is to become of some of one's images."""

    ACTIONS = ("delete", "restore", "favorite", "unfavorite", "tag", "untag")
    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS])
    tags = TagsField(max_length=500, required=False)


class ShareForm(forms.Form):
    """What is asked for a link: how long it lives, and what else it wants."""

    lifetime = forms.ChoiceField(label=_("Works for"), choices=LIFETIME_CHOICES, initial="1d")
    password = forms.CharField(
        label=_("Password (optional)"),
        required=False,
        strip=False,
        min_length=MIN_PASSWORD,
        max_length=MAX_PASSWORD,
        # Readable: it has to be told to somebody, and is nobody's own.
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    view_limit = forms.IntegerField(
        label=_("View limit (optional)"),
        required=False,
        min_value=1,
        max_value=MAX_VIEWS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "share_%s")  # the page may have a form of its own
        super().__init__(*args, **kwargs)


def parse_keys(texts: Sequence[str], most: int = MAX_IMAGES) -> list[UUID]:
    """The keys among what a form or a query names."""
    keys = []
    for text in texts[:most]:
        with suppress(ValueError):
            keys.append(UUID(text))
    return keys
