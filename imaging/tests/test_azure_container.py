"""Azure containers, as far as testable without an account: names, and the SAS of a blob."""

import base64
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from imaging.storage.azure import AzureContainer

KEY = base64.b64encode(b"k" * 64).decode()


@pytest.fixture
def sign_url(settings):
    settings.AZURE_STORAGE_CONNECTION_STRING = (
        f"DefaultEndpointsProtocol=https;AccountName=clinic;AccountKey={KEY};"
        "EndpointSuffix=core.windows.net"
    )
    settings.AZURE_CONTAINER_PREFIX = "praxis-"

    def parse_signed_url(container, name, **options):
        url = urlsplit(AzureContainer(container).url(name, **options))
        return url, {key: value[0] for key, value in parse_qs(url.query).items()}

    return parse_signed_url


def test_sas_allows_reading_one_blob_over_https_for_an_hour(sign_url, settings):
    url, query = sign_url("originals", "x.jpg", filename="Été.JPG")
    assert f"{url.scheme}://{url.netloc}{url.path}" == (
        "https://clinic.blob.core.windows.net/praxis-originals/x.jpg"
    )
    assert (query["sp"], query["sr"], query["spr"]) == ("r", "b", "https")
    expires = time.mktime(time.strptime(query["se"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert settings.SIGNED_URL_TTL / 2 - 5 < expires - time.time() <= settings.SIGNED_URL_TTL
    assert query["rscd"].startswith("attachment")
    assert query["rsct"] == "image/jpeg"
    assert query["sig"]


def test_originals_are_attachments_and_renditions_inline(sign_url):
    assert sign_url("originals", "x.heic")[1]["rscd"] == "attachment"
    assert sign_url("thumbnails", "x.webp")[1]["rscd"] == "inline"


def test_client_options_apply_with_a_connection_string(sign_url, settings):
    sign_url("originals", "x.jpg")
    client = AzureContainer("originals").service_client
    assert client._config.retry_policy.total_retries == 1
    assert client._config.max_single_get_size == AzureContainer.BLOCK
