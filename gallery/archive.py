from collections.abc import Iterable

from imaging.storage import zip as archive

from .models import UserImage
from .models.images import UserImageQuerySet

COLUMNS = (
    "id",
    "title",
    "original_filename",
    "sha256",
    "file_size",
    "mime_type",
    "width",
    "height",
    "status",
    "engine",
    "quality",
    "captured_at",
    "captured_from",
    "camera_model",
    "damaged",
    "created_at",
)


def _files(image: UserImage) -> list[archive.Entry]:
    """[(container, blob, name in the ZIP)]: the cut-out, if there is one, and the original."""
    files: list[archive.Entry] = []
    if image.cutout:
        name = image.file_name(".png")
        files.append(("processed", str(image.cutout.name), f"cut-out_{name}"))
    return files + archive.original(image)


def zip_gallery(images: UserImageQuerySet) -> Iterable[bytes]:
    """Chunks of a ZIP: cut-outs, originals, and a manifest with COLUMNS (imaging.storage.zip)."""
    return archive.zip_images(images, COLUMNS, _files)
