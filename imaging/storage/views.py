"""Serves the signed URLs of the embedded default, as Azure serves a SAS."""

import os
import re
import time
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from .names import disposition, media_type
from .signing import signed_path_is_valid

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@require_safe
def media(request: HttpRequest, container: str, name: str) -> HttpResponseBase:
    """One blob, to anyone with a path that we signed: 200, 206 or 416; anything else is 404.

    With MEDIA_ACCEL the response has no body: nginx sends the file that it names, and handles
    ranges and 304 (deploy/nginx/dermaai.conf).
    """
    expires, filename = request.GET.get("e", ""), request.GET.get("n", "")
    signature = request.GET.get("s", "")
    if (
        container not in settings.CONTAINERS
        or not re.fullmatch(r"\d{1,12}", expires, re.ASCII)
        or not signed_path_is_valid(container, name, expires, filename, signature)
    ):
        raise Http404
    response: HttpResponseBase
    try:
        if settings.MEDIA_ACCEL:
            response = _accel_redirect(container, name)
        else:
            blob = storages[container].open(name)
            response = _range_response(blob, request.headers.get("Range", ""))
            response["Accept-Ranges"] = "bytes"
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = f"private, max-age={max(0, int(expires) - int(time.time()))}"
    response["Content-Disposition"] = disposition(container, filename or None)
    # An original may contain more than a picture: the browser must not run it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    if response.status_code != 416:
        response["Content-Type"] = media_type(name)
    return response


def _accel_redirect(container: str, name: str) -> HttpResponse:
    """Raises FileNotFoundError: a missing blob gets our 404, not nginx's."""
    os.stat(storages[container].path(name))
    path = f"{settings.MEDIA_ACCEL.rstrip('/')}/{container}/{name}"
    return HttpResponse(headers={"X-Accel-Redirect": quote(path)})  # nginx unquotes it


class _FilePart:
    """`length` bytes of a file from its position, for FileResponse to stream and close."""

    def __init__(self, file: File | IO[bytes], length: int) -> None:
        self.file, self.remaining = file, length

    def read(self, size: int = -1) -> bytes:
        size = self.remaining if size < 0 else min(size, self.remaining)
        data = self.file.read(size)
        self.remaining -= len(data)
        return data

    def close(self) -> None:
        self.file.close()


def _range_response(blob: File, header: str) -> HttpResponseBase:
    """The whole blob, or the one range requested (RFC 9110 §14); the whole blob for several."""
    size = blob.size
    requested = _RANGE.fullmatch(header.strip())
    if not requested or requested.groups() == ("", ""):
        response = FileResponse(blob)
        response["Content-Length"] = str(size)
        return response
    first, last = requested.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end or start >= size:
        blob.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    blob.seek(start)
    response = FileResponse(_FilePart(blob, end - start + 1), status=206)
    response["Content-Length"] = str(end - start + 1)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
