from collections.abc import Iterable

from imaging.storage import zip as archive

from .models.image import ConsultationImageQuerySet

COLUMNS = (
    "id",
    "original_filename",
    "sha256",
    "file_size",
    "mime_type",
    "width",
    "height",
    "image_type",
    "dermoscopic_type",
    "body_site",
    "laterality",
    "body_location",
    "description",
    "is_primary",
    "captured_at",
    "captured_from",
    "captured_on",
    "camera_model",
    "damaged",
    "created_at",
)


def zip_originals(images: ConsultationImageQuerySet) -> Iterable[bytes]:
    """Chunks of a ZIP: the originals, and a manifest with COLUMNS (imaging.storage.zip)."""
    return archive.zip_images(images, COLUMNS)
