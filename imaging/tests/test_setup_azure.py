"""`setup_azure` and `check --deploy`: an account as it must be, and one that is not."""

import json
from io import StringIO

import pytest
import requests
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from imaging import storage

ORIGIN = "https://derma.example.org"


def setup_azure(*arguments):
    out = StringIO()
    call_command("setup_azure", *arguments, stdout=out)
    return out.getvalue()


def found():
    checks = run_checks(include_deployment_checks=True)
    return {one.id for one in checks if one.id.startswith("imaging.")}


@pytest.fixture(autouse=True)
def copied_elsewhere(settings):
    """As Azurite says of itself."""
    settings.AZURE_GEO_REPLICATION = True


@pytest.fixture
def bare(azure, settings):
    """An account without our containers."""
    azure.remove()
    settings.ALLOWED_HOSTS = ["derma.example.org", "localhost", "127.0.0.1"]


def test_containers_are_made_private_and_once(bare, settings):
    assert found() == {"imaging.E006"}
    told = setup_azure()
    for name in settings.CONTAINERS:
        assert f"container {settings.AZURE_CONTAINER_PREFIX}{name}: made, private" in told
        assert storages[name].is_public() is False
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    assert setup_azure().count("there already, private") == 3
    assert storage.exists("originals", "x.jpg"), "twice loses nothing"
    assert found() == set()


def test_a_public_container_is_told_and_closed(azure):
    """The whole world could read the originals of a practice."""
    client = storages["originals"].client
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    client.set_container_access_policy({}, public_access="blob")
    assert requests.get(f"{client.url}/x.jpg", timeout=10).status_code == 200
    assert found() == {"imaging.E007"}
    assert "-originals: WAS PUBLIC, is private now" in setup_azure()
    assert requests.get(f"{client.url}/x.jpg", timeout=10).status_code in (403, 404)
    assert found() == set()


def test_the_cors_rule_lets_the_site_read_and_nobody_else(bare):
    # The account is shared by this process's tests.
    storages["originals"].service_client.set_service_properties(cors=[])
    assert f"CORS rule, reading from {ORIGIN}: made" in setup_azure()
    assert f"CORS rule, reading from {ORIGIN}: there already" in setup_azure()
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    url = storages["originals"].url("x.jpg")

    def preflight(origin, method):
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        answer = requests.options(url, headers=asked, timeout=10)
        return answer.headers.get("Access-Control-Allow-Origin")

    assert preflight(ORIGIN, "GET") == ORIGIN
    assert preflight(ORIGIN, "PUT") is None
    assert preflight("https://elsewhere.example.org", "GET") is None
    other = "https://second.example.org"
    setup_azure("--origin", other)
    assert preflight(other, "GET") == other
    assert preflight(ORIGIN, "GET") == ORIGIN, "another's rule is left alone"


def test_the_policy_is_told_with_the_way_to_apply_it(azure, settings):
    told = setup_azure()
    policy = json.loads(told[told.index("{") : told.rindex("}") + 1])
    (rule,) = policy["rules"]
    assert rule["definition"]["filters"]["prefixMatch"] == [
        f"{settings.AZURE_CONTAINER_PREFIX}originals/"
    ]
    action = rule["definition"]["actions"]["baseBlob"]
    assert action == {"tierToCool": {"daysAfterModificationGreaterThan": 30}}
    assert "NOT MADE" in told
    assert "az storage account management-policy create --account-name clinic" in told


def test_without_an_account_there_is_nothing_to_set_up():
    with pytest.raises(CommandError, match="No Azure account"):
        setup_azure()
    assert found() == set()


def test_an_account_that_does_not_answer_is_not_called_private(azure, settings):
    storages["originals"]._client = None
    storages["originals"]._service_client = None
    storages[
        "originals"
    ].connection_string = "AccountName=gone;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/gone;"
    settings.AZURE_GEO_REPLICATION = False
    assert found() == {"imaging.W001", "imaging.W002"}
    with pytest.raises(CommandError, match="does not answer"):
        setup_azure()
    storages["originals"]._client = storages["originals"]._service_client = None
    storages["originals"].connection_string = settings.AZURE_STORAGE_CONNECTION_STRING


@pytest.mark.parametrize("prefix", ["Praxis-", "praxis_", "-p", "a--", "p" * 60])
def test_names_that_azure_refuses(settings, prefix):
    settings.AZURE_CONTAINER_PREFIX = prefix
    assert found() == {"imaging.E004"}


def test_a_connection_string_that_cannot_sign(settings):
    settings.AZURE_STORAGE_CONNECTION_STRING = "BlobEndpoint=https://x/;SharedAccessSignature=sv"
    assert found() == {"imaging.E005"}


@pytest.mark.usefixtures("azure")
def test_copies_in_a_second_region_are_told(settings):
    """Azurite says that it is Standard_RAGRS, which is what Azure gives when nobody chooses: data
    in a place that the practice has named to nobody."""
    settings.AZURE_GEO_REPLICATION = False
    assert found() == {"imaging.E010"}
