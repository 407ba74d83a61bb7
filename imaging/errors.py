from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import ServiceError, Unavailable

FILE_CODES = (
    "missing_file",
    "empty_file",
    "file_too_large",
    "unsupported_type",
    "corrupt_image",
    "too_many_pixels",
    "infected_file",
)


class ImageRefused(ServiceError):
    """A file that we do not accept as an image. `code` is the API's, `detail` for a person."""

    attr = "file"
    MESSAGES = {
        "missing_file": _("Choose a file."),
        "empty_file": _("This file is empty."),
        "file_too_large": _("This file is larger than %(limit)s."),
        "unsupported_type": _("Not a JPEG, PNG, WebP or HEIC picture."),
        "corrupt_image": _("This picture is damaged or incomplete."),
        "too_small": _("This picture is smaller than 4 × 4 pixels."),
        "too_heavy": _("This picture takes too much time or memory to read."),
        "too_many_pixels": _("This picture has more than %(limit)s million pixels."),
        "infected_file": _("The antivirus found something in this file. It was not stored."),
    }

    def __init__(self, code: str, message: str | None = None, **values: Any) -> None:
        self.code, self.message, self.values = code, message, values
        super().__init__(code)

    @property
    def detail(self) -> str:  # type: ignore[override]
        return self.MESSAGES[self.message or self.code] % self.values


class IdempotencyKeyReused(ServiceError):
    """An earlier upload used this key with another file, or in another place."""

    code = "idempotency_key_reused"
    status = 409
    detail = _("This Idempotency-Key belongs to another upload.")


class StorageUnavailable(Unavailable):
    """The blob storage does not answer, or has no room."""

    code = "storage_unavailable"
    detail = _("The storage is not responding. Nothing was saved; try again later.")


class DecoderUnavailable(Unavailable):
    """All decoding processes have been busy for too long, or were killed from outside."""

    code = "busy"
    retry_after = 5


class AntivirusUnavailable(Unavailable):
    """clamd is down, too slow, or cannot scan a file completely."""

    code = "antivirus_unavailable"
    detail = _("The antivirus is not responding. Nothing was saved; try again later.")


class GeometryUnavailable(Unavailable):
    """The process that compares and measures pictures is busy, or cannot be started."""

    code = "busy"
    retry_after = 5


class EngineUnavailable(Unavailable):
    """No process that removes backgrounds could be started, its weights are missing, or there is no
    room for its result."""
