"""Copies between consultations and gallery: the same original, stored again on the other side.
The two images do not refer to each other, and are deleted independently."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone

from accounts.models import User
from audit.trail import Action, record
from consultations.models import Consultation, ConsultationImage
from consultations.services import add_image
from consultations.vocabulary import ImageType
from core.idempotency import internal_key
from imaging import storage
from imaging.errors import StorageUnavailable

from ..models import UserImage
from . import quotas
from .images import submit_image

logger = logging.getLogger(__name__)


def copy_from_consultation(*, image: ConsultationImage, user: User) -> tuple[UserImage, bool]:
    """Copy a consultation's photograph into the gallery of a user who may see it, to remove its
    background. Returns (UserImage, created).

    Repeated, it returns the same image, or a new one if that was deleted. Raises what
    `submit_image` does.
    """
    key = internal_key(f"consultation-image/{image.pk}")
    copies = UserImage.objects.filter(user=user, idempotency_key=key)
    if existing := copies.filter(deleted_at=None).first():
        return existing, False
    quotas.check(user, image.file_size)  # before anything is fetched
    # A copy in the bin gives up its key, so that it can be restored beside the new one.
    copies.update(idempotency_key=None, updated_at=timezone.now())
    with _original(image) as upload:
        copy, created = submit_image(
            user=user, upload=upload, dermoscopic=_dermoscopic(image), idempotency_key=key
        )
    if created:
        record(Action.COPIED, image, to=str(copy.pk))
    return copy, created


def attach_to_consultation(
    *,
    image: UserImage,
    consultation: Consultation,
    user: User,
    idempotency_key: str | None = None,
    **metadata: Any,
) -> tuple[ConsultationImage, bool]:
    """Copy a gallery image's original into a consultation, with `metadata` as for `add_image`.
    Returns (ConsultationImage, created); raises what `add_image` does."""
    with _original(image) as upload:
        attached, created = add_image(
            consultation=consultation,
            user=user,
            upload=upload,
            idempotency_key=idempotency_key,
            **metadata,
        )
    if created:
        record(Action.ATTACHED, image, to=attached.pk)
    return attached, created


def _dermoscopic(image: ConsultationImage) -> bool | None:
    """Whether a person classified it as dermoscopy; None for "other", which says nothing."""
    if image.image_type == ImageType.OTHER:
        return None
    return image.image_type == ImageType.DERMOSCOPY


@contextmanager
def _original(image: ConsultationImage | UserImage) -> Iterator[TemporaryUploadedFile]:
    """The original as an upload: a temporary file, which the storage may move."""
    # The temporary file is not named after it: some names are too long for a file system.
    with TemporaryUploadedFile("original", "", image.file_size, None) as upload:
        upload.name = image.original_filename
        try:
            storage.fetch("originals", str(image.original.name), upload)
        except FileNotFoundError as error:
            logger.error("%s has no original", image)
            raise StorageUnavailable("originals") from error
        upload.seek(0)
        yield upload
