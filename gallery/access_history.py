"""Who saw a gallery image: how the audit log's events about it are shown."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.models import User
from audit.subjects import Subject
from imaging import storage

from .models import UserImage


def images_named(keys: Iterable[str], user: User) -> dict[str, Subject]:
    """For `audit.subjects.describe`: the reader's own images, by their titles."""
    link = storage.url_signer("thumbnails")
    return {
        str(key): Subject(
            str(image.shown_title),
            reverse("gallery_image", args=[key]),
            thumbnail=link(str(image.shown_thumbnail.name)),
        )
        for key, image in UserImage.objects.visible_to(user).in_bulk(keys).items()
    }
