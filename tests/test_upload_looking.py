"""What the browser needs to look at pictures before they are sent."""

import re

import pytest
from django.conf import settings

from dermaai.csp import add_static_headers
from imaging import quality, renditions

LOOKING = settings.BASE_DIR / "static" / "js" / "components" / "upload" / "looking"


def constants():
    """{name: number} of the two modules that judge, lists of names included."""
    text = "".join((LOOKING / name).read_text() for name in ("bands.js", "quality.js"))
    found = {}
    for names, values in re.findall(r"const \[?([A-Z_, ]+)\]? = \[?([\d., ]+)\]?;", text):
        found |= dict(zip(names.split(", "), map(float, values.split(", ")), strict=True))
    return found


def test_browser_judges_by_the_servers_thresholds():
    """Otherwise a picture that passed here is called poor once it is sent, or the reverse."""
    shared = {name: value for name, value in constants().items() if hasattr(quality, name)}
    assert shared == {name: getattr(quality, name) for name in shared}
    assert {"BLURRED", "SOFT", "CLIPPED_POOR", "CLIPPED_ACCEPTABLE", "FULL", "WHITE"} <= set(shared)
    assert {"DARK", "SURROUND", "MAX_SHARPNESS", "MEASURED_LONG_EDGE"} <= set(shared)
    assert constants()["HALVED_MIN"] == renditions.HALVED_MIN


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("js/components/upload/looking/heic.js", True),
        ("js/components/upload/looking/heic.0123456789ab.js", True),
        ("js/components/upload/looking/worker.js", False),
        ("js/components/upload/heic.js", False),
        ("vendor/libheif/libheif.js", False),
    ],
)
def test_only_the_decoder_of_heic_may_compile_webassembly(name, allowed):
    """A worker obeys the policy of its own file; the pages' stays strict."""
    headers = {}
    add_static_headers(headers, f"/srv/static/{name}", f"/static/{name}")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert ("'wasm-unsafe-eval'" in policy) == allowed
    assert "unsafe-eval" not in str(settings.CONTENT_SECURITY_POLICY)
    assert settings.WHITENOISE_ADD_HEADERS_FUNCTION is add_static_headers
