"""What pages may load (django-csp) and request of the browser (django-permissions-policy)."""

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


# Uploads use the camera, links are copied, pictures fill the screen; nothing else, nothing in
# frames.
PERMISSIONS_POLICY = {
    "camera": "self",
    "clipboard-write": "self",
    "fullscreen": "self",
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
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
    (),
)
