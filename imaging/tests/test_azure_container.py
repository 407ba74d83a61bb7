"""What is asked of Azure, as far as it shows without an account: names, expiry, rights of a SAS."""

import base64
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from imaging.storage.azure import AzureContainer

KEY = base64.b64encode(b"k" * 64).decode()


@pytest.fixture
def sas(settings):
    settings.AZURE_STORAGE_CONNECTION_STRING = (
        f"DefaultEndpointsProtocol=https;AccountName=clinic;AccountKey={KEY};"
        "EndpointSuffix=core.windows.net"
    )
    settings.AZURE_CONTAINER_PREFIX = "praxis-"

    def sign(container, name, **options):
        url = urlsplit(AzureContainer(container).url(name, **options))
        return url, {key: value[0] for key, value in parse_qs(url.query).items()}

    return sign


def test_sas_reads_one_blob_over_https_within_the_hour(sas, settings):
    url, query = sas("originals", "x.jpg", filename="Été.JPG")
    assert f"{url.scheme}://{url.netloc}{url.path}" == (
        "https://clinic.blob.core.windows.net/praxis-originals/x.jpg"
    )
    assert (query["sp"], query["sr"], query["spr"]) == ("r", "b", "https")
    expires = time.mktime(time.strptime(query["se"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert settings.SIGNED_URL_TTL / 2 - 5 < expires - time.time() <= settings.SIGNED_URL_TTL
    assert query["rscd"].startswith("attachment")
    assert query["rsct"] == "image/jpeg"
    assert query["sig"]


def test_original_is_a_download_and_a_rendition_is_shown(sas):
    assert sas("originals", "x.heic")[1]["rscd"] == "attachment"
    assert sas("thumbnails", "x.webp")[1]["rscd"] == "inline"


def test_timeouts_hold_with_a_connection_string(sas, settings):
    sas("originals", "x.jpg")
    client = AzureContainer("originals").service_client
    assert client._config.retry_policy.total_retries == 1
    assert client._config.max_single_get_size == AzureContainer.BLOCK
