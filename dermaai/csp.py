"""What a page may load (django-csp) and ask the browser for (django-permissions-policy)."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF


def azure_origin(connection_string, account_name):
    """Where browsers fetch pictures from, by SAS: the account's origin. None without an account."""
    told = dict(part.partition("=")[::2] for part in connection_string.split(";") if part)
    name = told.get("AccountName", account_name)
    if not name:
        return None
    endpoint = told.get("BlobEndpoint", f"https://{name}.blob.core.windows.net")
    return "{0.scheme}://{0.netloc}".format(urlsplit(endpoint))


def content_security_policy(images_from):
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


# The upload takes photographs and the link to share is copied; nothing else, and no frame anything.
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
