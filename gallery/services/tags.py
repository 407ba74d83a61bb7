"""One's own words for one's own images."""

from collections import defaultdict

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from core.errors import ServiceError
from imaging.metadata import clean_text

from ..models import ImageTag, Tag
from ..models.images import TAG, TAGS, tag_key


class TooManyTags(ServiceError):
    """An image has at most TAGS tags."""

    code, attr = "max_length", "tags"

    @property
    def detail(self):
        return _("At most %(most)s tags.") % {"most": TAGS}


def cleaned(names):
    """Names without control characters, without blanks around, each word once, in their order."""
    found = {}
    for name in names:
        if name := clean_text(name, TAG):
            found.setdefault(tag_key(name), name)
    return list(found.values())


def split(text):
    """Names as somebody types them: "suivi, avant/après"."""
    return cleaned(text.split(","))


def of_images(images):
    """{image's key: [names]} in alphabetical order."""
    found = defaultdict(list)
    rows = ImageTag.objects.filter(image_id__in=[image.pk for image in images])
    for key, name in rows.order_by("tag__key").values_list("image_id", "tag__name"):
        found[key].append(name)
    return found


def add(images, names):
    """File images of one person under names. Raises TooManyTags."""
    if not images or not names:
        return
    user_id = images[0].user_id
    words = {tag_key(name): name for name in names}
    Tag.objects.bulk_create(
        # In order: two who add the same new words wait for each other's in turn, not in a circle.
        [Tag(user_id=user_id, name=name, key=key) for key, name in sorted(words.items())],
        ignore_conflicts=True,
    )
    found = Tag.objects.filter(user_id=user_id, key__in=words)
    ImageTag.objects.bulk_create(
        [
            ImageTag(tag=tag, image=image, image_created_at=image.created_at)
            for tag in found
            for image in images
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    if any(len(of_image) > TAGS for of_image in of_images(images).values()):
        raise TooManyTags


def remove(images, names):
    """Take images from under names."""
    keys = [tag_key(name) for name in names]
    ImageTag.objects.filter(image__in=images, tag__key__in=keys).delete()


def replace(images, names):
    """File images under these names and no others."""
    keys = [tag_key(name) for name in names]
    ImageTag.objects.filter(image__in=images).exclude(tag__key__in=keys).delete()
    add(images, names)


def suggestions(user, text="", most=12):
    """Tags that the user has images under and that begin with `text`, in alphabetical order."""
    # One image of each is looked for in the tag's own index: EXISTS may be turned into a join with
    # all of them.
    one = ImageTag.objects.filter(tag=OuterRef("pk"), image__deleted_at=None).values("pk")[:1]
    found = Tag.objects.filter(user_id=user.pk, key__startswith=tag_key(text))
    return list(found.alias(one=Subquery(one)).filter(one__isnull=False)[:most])
