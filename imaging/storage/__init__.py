"""Where blobs live, who may fetch them, for how long. Nothing else signs or names a blob.

Three private containers (`originals`, `processed`, `thumbnails`), one Django storage alias each,
on Azure Blob (`azure`) or, by default, in folders under DERMAAI_DATA/media (`local`). `url()` is
always signed and expires within SIGNED_URL_TTL seconds: on Azure a read-only SAS of one blob, by
default a signed path (`signing`) that `views` serves. `zip` streams many blobs, `health` checks
whether a container can be reached.
"""

from .containers import (
    OUTAGES,
    blobs,
    chunks,
    delete,
    discard,
    exists,
    fetch,
    put,
    replace,
    storing,
    stream,
    temporary_file,
    url_signer,
)
from .names import MEDIA_TYPES, disposition, media_type, new_id, new_stem
from .signing import SHARE_PASS, expiry, share_pass, share_pass_is_valid, signed_path_is_valid

__all__ = [
    "MEDIA_TYPES",
    "OUTAGES",
    "SHARE_PASS",
    "blobs",
    "chunks",
    "delete",
    "discard",
    "disposition",
    "exists",
    "expiry",
    "fetch",
    "media_type",
    "new_id",
    "new_stem",
    "put",
    "replace",
    "share_pass",
    "share_pass_is_valid",
    "signed_path_is_valid",
    "storing",
    "stream",
    "temporary_file",
    "url_signer",
]
