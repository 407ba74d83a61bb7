"""What a gallery can be narrowed down to: the same for the page and for the API."""

from datetime import date, datetime, time, timedelta

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Tag, UserImage
from .models.images import UserImageQuerySet, tag_key


class GalleryFilter(filters.FilterSet):
    """Of one person's images: `queryset` is `UserImage.objects.visible_to(user)`."""

    q = filters.CharFilter(label=_("Title or tag"), method="filter_words")
    tag = filters.CharFilter(label=_("Tag"), method="filter_tag")
    favorite = filters.BooleanFilter(label=_("Favorites"), field_name="is_favorite")
    status = filters.ChoiceFilter(label=_("Status"), choices=UserImage.Status)
    date_from = filters.DateFilter(label=_("From"), method="filter_from")
    date_to = filters.DateFilter(label=_("To"), method="filter_to")
    ordering = filters.ChoiceFilter(
        label=_("Order"),
        choices=[("-created_at", _("Newest first")), ("created_at", _("Oldest first"))],
        method="keep_order",
    )

    class Meta:
        model = UserImage
        fields: list[str] = []

    def filter_words(self, images: UserImageQuerySet, name: str, words: str) -> UserImageQuerySet:
        return images.search(words)

    def filter_tag(self, images: UserImageQuerySet, name: str, word: str) -> UserImageQuerySet:
        """By the tag of that name of one's own; no such tag, no image."""
        tag = Tag.objects.filter(user_id=self.request.user.pk, key=tag_key(word)).first()
        return images.with_tag(tag) if tag else images.none()

    def filter_from(self, images: UserImageQuerySet, name: str, day: date) -> UserImageQuerySet:
        return images.filter(created_at__gte=_midnight(day))

    def filter_to(self, images: UserImageQuerySet, name: str, day: date) -> UserImageQuerySet:
        """That day included."""
        return images.filter(created_at__lt=_midnight(day, later=timedelta(days=1)))

    def keep_order(self, images: UserImageQuerySet, name: str, key: str) -> UserImageQuerySet:
        return images  # after the others: see `page_keys` and `filter_queryset`

    def filter_queryset(self, queryset: UserImageQuerySet) -> UserImageQuerySet:
        images = super().filter_queryset(queryset)
        sign = "" if self.ascending else "-"
        return images.order_by(f"{sign}created_at", f"{sign}pk")

    @property
    def ascending(self) -> bool:
        return self.form.is_valid() and self.form.cleaned_data.get("ordering") == "created_at"

    @property
    def page_keys(self) -> tuple[str, ...]:
        """What the pages of these images go by (core.keyset): a tag has an index of its own."""
        return self.qs.BY_TAG if "tagged_at" in self.qs.query.annotations else self.qs.IN_ORDER


def _midnight(day: date, later: timedelta = timedelta(0)) -> datetime:
    # The ends of the calendar have no day after, or no hour in another zone.
    day = min(max(day, date(1900, 1, 1)), date(2999, 12, 31)) + later
    return timezone.make_aware(datetime.combine(day, time()))
