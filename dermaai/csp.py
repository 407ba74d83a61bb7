"""What pages may load (django-csp) and request of the browser (django-permissions-policy)."""

import re
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF


def azure_origin(connection_string: str, account_name: str) -> str | None:
    """The origin that browsers load images from by SAS, or None without an Azure account."""
    parts = dict(part.partition("=")[::2] for part in connection_string.split(";") if part)
    name = parts.get("AccountName", account_name)
    if not name:
        return None
    endpoint = parts.get("BlobEndpoint", f"https://{name}.blob.core.windows.net")
    return "{0.scheme}://{0.netloc}".format(urlsplit(endpoint))


def content_security_policy(images_from: str | None) -> dict[str, Any]:
    """django-csp's setting; `images_from` is another origin that images may come from."""
    pictures = [SELF, "blob:", "data:", *([images_from] if images_from else [])]
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": pictures,
            "media-src": [SELF, "blob:"],
            "font-src": [SELF],
            "connect-src": [SELF],
            "manifest-src": [SELF],
            "form-action": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "object-src": [NONE],
        }
    }


# A worker obeys the policy that its own script was sent with, not that of the page that starts it.
# Only the one that decodes HEIC may compile WebAssembly; it sends nothing anywhere but to its page.
_DECODER = re.compile(r"js/components/upload/looking/heic(\.[0-9a-f]{12})?\.js")
_WORKER_POLICY = "default-src 'none'; script-src 'self'"
_DECODER_POLICY = f"{_WORKER_POLICY} 'wasm-unsafe-eval'; connect-src 'self'"


def add_static_headers(headers: Any, path: str, url: str) -> None:
    """WhiteNoise's WHITENOISE_ADD_HEADERS_FUNCTION: the policy of scripts that become workers."""
    if path.endswith(".js"):
        decoder = _DECODER.search(path.replace("\\", "/"))
        headers["Content-Security-Policy"] = _DECODER_POLICY if decoder else _WORKER_POLICY


# Uploads use the camera and keep the screen on, links are copied, pictures fill the screen; nothing
# else, nothing in frames.
PERMISSIONS_POLICY = {
    "camera": "self",
    "clipboard-write": "self",
    "fullscreen": "self",
    "screen-wake-lock": "self",
} | dict.fromkeys(
    (
        "accelerometer",
        "autoplay",
        "bluetooth",
        "clipboard-read",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
    (),
)
