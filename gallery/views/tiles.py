"""What a tile shows of an image besides its own columns."""

from django.utils import timezone

from ..services import tags


def dressed(images):
    """Images with `tag_names`, `took` (s) and, of one in work, `seconds` since it began: one query
    for all."""
    names, now = tags.of_images(images), timezone.now()
    for image in images:
        image.tag_names = names.get(image.pk, [])
        since = image.processing_since
        image.took = image.processing_time / 1000 if image.processing_time is not None else None
        image.seconds = max(0, int((now - since).total_seconds())) if since else None
    return images
