"""The embedded default's side of a signed URL: what Azure does for a SAS."""

import os
import re
import time
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_safe

from .names import disposition, media_type
from .signing import signed_path_is_valid

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@require_safe
def media(request, container, name):
    """One blob to whoever holds a path that we signed: 200, 206 or 416; anything else is 404.

    With MEDIA_ACCEL the answer has no body: nginx, which asked, sends the file that it names, and
    sees to ranges and 304 (deploy/nginx/dermaai.conf).
    """
    expires, filename = request.GET.get("e", ""), request.GET.get("n", "")
    signature = request.GET.get("s", "")
    if (
        container not in settings.CONTAINERS
        or not re.fullmatch(r"\d{1,12}", expires, re.ASCII)
        or not signed_path_is_valid(container, name, expires, filename, signature)
    ):
        raise Http404
    try:
        if settings.MEDIA_ACCEL:
            response = _handed_over(container, name)
        else:
            blob = storages[container].open(name)
            response = _ranged(blob, request.headers.get("Range", ""))
            response["Accept-Ranges"] = "bytes"
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = f"private, max-age={max(0, int(expires) - int(time.time()))}"
    response["Content-Disposition"] = disposition(container, filename or None)
    # Whatever hides behind the picture in an original, a browser must not run it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    if response.status_code != 416:
        response["Content-Type"] = media_type(name)
    return response


def _handed_over(container, name):
    """Raises FileNotFoundError: a blob that is gone has our 404, not nginx's."""
    os.stat(storages[container].path(name))
    path = f"{settings.MEDIA_ACCEL.rstrip('/')}/{container}/{name}"
    return HttpResponse(headers={"X-Accel-Redirect": quote(path)})  # nginx takes the quoting off


class _Part:
    """`length` bytes of a file from where it stands, for FileResponse to stream and close."""

    def __init__(self, file, length):
        self.file, self.left = file, length

    def read(self, size=-1):
        size = self.left if size < 0 else min(size, self.left)
        data = self.file.read(size)
        self.left -= len(data)
        return data

    def close(self):
        self.file.close()


def _ranged(blob, header):
    """The whole blob, or the one range asked for (RFC 9110 §14; several: the whole)."""
    size = blob.size
    asked = _RANGE.fullmatch(header.strip())
    if not asked or asked.groups() == ("", ""):
        response = FileResponse(blob)
        response["Content-Length"] = size
        return response
    first, last = asked.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end or start >= size:
        blob.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    blob.seek(start)
    response = FileResponse(_Part(blob, end - start + 1), status=206)
    response["Content-Length"] = end - start + 1
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
