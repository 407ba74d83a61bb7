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
    """A file that is not an image we take. `code` is the API's, `detail` for a person."""

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

    def __init__(self, code, message=None, **values):
        self.code, self.message, self.values = code, message, values
        super().__init__(code)

    @property
    def detail(self):
        return self.MESSAGES[self.message or self.code] % self.values


class IdempotencyKeyReused(ServiceError):
    """The key of an earlier upload came back with another file, or for another place."""

    code = "idempotency_key_reused"
    status = 409
    detail = _("This Idempotency-Key belongs to another upload.")


class StorageUnavailable(Unavailable):
    """The blob storage."""

    code = "storage_unavailable"
    detail = _("The storage does not answer. Nothing was stored; try again later.")


class DecoderUnavailable(Unavailable):
    """Every decoding process: busy for too long, or ended from outside."""

    code = "busy"
    retry_after = 5


class AntivirusUnavailable(Unavailable):
    """clamd: gone, too slow, or not able to look at a file whole."""

    code = "antivirus_unavailable"
    detail = _("The antivirus does not answer. Nothing was stored; try again later.")


class EngineUnavailable(Unavailable):
    """No process that removes backgrounds could be started, its weights are not there, or there is
    no room for its result."""
