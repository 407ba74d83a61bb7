"""Tags: a user's own words for their own images."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import ServiceError
from imaging.metadata import clean_text

from ..models import ImageTag, Tag, UserImage
from ..models.images import MAX_TAGS, TAG_LENGTH, tag_key


class TooManyTags(ServiceError):
    """An image has at most MAX_TAGS tags."""

    code, attr = "max_length", "tags"

    def __init__(self) -> None:
        super().__init__()
        self.detail = _("At most %(most)s tags.") % {"most": MAX_TAGS}


def clean_names(names: Iterable[str]) -> list[str]:
    """Names without control characters and surrounding spaces, each tag once, in their order."""
    names_by_key: dict[str, str] = {}
    for name in names:
        if name := clean_text(name, TAG_LENGTH):
            names_by_key.setdefault(tag_key(name), name)
    return list(names_by_key.values())


def split_names(text: str) -> list[str]:
    """The names in a typed text like "suivi, avant/après"."""
    return clean_names(text.split(","))


def names_by_image(images: Iterable[UserImage]) -> dict[UUID, list[str]]:
    """{image's key: [names of its tags]} in alphabetical order."""
    result: dict[UUID, list[str]] = defaultdict(list)
    rows = ImageTag.objects.filter(image_id__in=[image.pk for image in images])
    for key, name in rows.order_by("tag__key").values_list("image_id", "tag__name"):
        result[key].append(name)
    return result


def add(images: Sequence[UserImage], names: Sequence[str]) -> None:
    """Add tags to images of one user. Raises TooManyTags."""
    if not images or not names:
        return
    user_id = images[0].user_id
    names_by_key = {tag_key(name): name for name in names}
    Tag.objects.bulk_create(
        # Sorted, so that two requests that add the same new tags cannot deadlock.
        [Tag(user_id=user_id, name=name, key=key) for key, name in sorted(names_by_key.items())],
        ignore_conflicts=True,
    )
    tags = Tag.objects.filter(user_id=user_id, key__in=names_by_key)
    ImageTag.objects.bulk_create(
        [
            ImageTag(tag=tag, image=image, image_created_at=image.created_at)
            for tag in tags
            for image in images
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    if any(len(of_image) > MAX_TAGS for of_image in names_by_image(images).values()):
        raise TooManyTags


def remove(images: Sequence[UserImage], names: Iterable[str]) -> None:
    """Remove tags from images."""
    keys = [tag_key(name) for name in names]
    ImageTag.objects.filter(image__in=images, tag__key__in=keys).delete()


def replace(images: Sequence[UserImage], names: Sequence[str]) -> None:
    """Give images exactly these tags. Raises TooManyTags."""
    keys = [tag_key(name) for name in names]
    ImageTag.objects.filter(image__in=images).exclude(tag__key__in=keys).delete()
    add(images, names)


def suggestions(user: User, text: str = "", most: int = 12) -> list[Tag]:
    """The user's tags in use that begin with `text`, in alphabetical order, at most `most`."""
    # A subquery finds one image of each tag in the tag's own index; the database may turn EXISTS
    # into a join with all of them.
    an_image = ImageTag.objects.filter(tag=OuterRef("pk"), image__deleted_at=None).values("pk")[:1]
    tags = Tag.objects.filter(user_id=user.pk, key__startswith=tag_key(text))
    return list(tags.alias(one=Subquery(an_image)).filter(one__isnull=False)[:most])
