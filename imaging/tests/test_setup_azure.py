"""`setup_azure` and `check --deploy`, with correct and incorrect accounts."""

import json
from io import StringIO

import pytest
import requests
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from imaging import storage
from testing.backends import store_in

ORIGIN = "https://derma.example.org"


def setup_azure(*arguments):
    out = StringIO()
    call_command("setup_azure", *arguments, stdout=out)
    return out.getvalue()


def imaging_check_ids():
    checks = run_checks(include_deployment_checks=True)
    return {check.id for check in checks if check.id.startswith("imaging.")}


@pytest.fixture(autouse=True)
def allow_geo_replication(settings):
    """Azurite reports geo-replication."""
    settings.AZURE_GEO_REPLICATION = True


@pytest.fixture
def without_containers(azure, settings):
    """An account without the containers."""
    azure.remove()
    settings.ALLOWED_HOSTS = ["derma.example.org", "localhost", "127.0.0.1"]


def test_containers_are_created_private_and_only_once(without_containers, settings):
    assert imaging_check_ids() == {"imaging.E006"}
    output = setup_azure()
    for name in settings.CONTAINERS:
        assert f"container {settings.AZURE_CONTAINER_PREFIX}{name}: made, private" in output
        assert storages[name].is_public() is False
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    assert setup_azure().count("there already, private") == 3
    assert storage.exists("originals", "x.jpg"), "running it twice loses nothing"
    assert imaging_check_ids() == set()


def test_public_container_is_reported_and_made_private(azure):
    """Otherwise anybody can read the originals of a practice."""
    client = storages["originals"].client
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    client.set_container_access_policy({}, public_access="blob")
    assert requests.get(f"{client.url}/x.jpg", timeout=10).status_code == 200
    assert imaging_check_ids() == {"imaging.E007"}
    assert "-originals: WAS PUBLIC, is private now" in setup_azure()
    assert requests.get(f"{client.url}/x.jpg", timeout=10).status_code in (403, 404)
    assert imaging_check_ids() == set()


def test_cors_rule_allows_only_reading_by_the_site(without_containers):
    # The account is shared by this process's tests.
    storages["originals"].service_client.set_service_properties(cors=[])
    assert f"CORS rule, reading from {ORIGIN}: made" in setup_azure()
    assert f"CORS rule, reading from {ORIGIN}: there already" in setup_azure()
    storage.put("originals", "x.jpg", ContentFile(b"x"))
    url = storages["originals"].url("x.jpg")

    def preflight(origin, method):
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        answer = requests.options(url, headers=headers, timeout=10)
        return answer.headers.get("Access-Control-Allow-Origin")

    assert preflight(ORIGIN, "GET") == ORIGIN
    assert preflight(ORIGIN, "PUT") is None
    assert preflight("https://elsewhere.example.org", "GET") is None
    second_origin = "https://second.example.org"
    setup_azure("--origin", second_origin)
    assert preflight(second_origin, "GET") == second_origin
    assert preflight(ORIGIN, "GET") == ORIGIN, "existing rules are kept"


def test_lifecycle_policy_is_printed_with_its_command(azure, settings):
    output = setup_azure()
    policy = json.loads(output[output.index("{") : output.rindex("}") + 1])
    (rule,) = policy["rules"]
    assert rule["definition"]["filters"]["prefixMatch"] == [
        f"{settings.AZURE_CONTAINER_PREFIX}originals/"
    ]
    action = rule["definition"]["actions"]["baseBlob"]
    assert action == {"tierToCool": {"daysAfterModificationGreaterThan": 30}}
    assert "NOT MADE" in output
    assert "az storage account management-policy create --account-name clinic" in output


def test_without_an_account_there_is_nothing_to_do():
    with pytest.raises(CommandError, match="No Azure account"):
        setup_azure()
    assert imaging_check_ids() == set()


def test_unreachable_account_is_not_reported_as_private(azure, settings, monkeypatch):
    account = settings.AZURE_STORAGE_CONNECTION_STRING
    settings.AZURE_STORAGE_CONNECTION_STRING = (
        "AccountName=gone;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/gone;"
    )
    store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")
    settings.AZURE_GEO_REPLICATION = False
    assert imaging_check_ids() == {"imaging.W001", "imaging.W002"}
    with pytest.raises(CommandError, match="does not answer"):
        setup_azure()
    settings.AZURE_STORAGE_CONNECTION_STRING = account  # for the teardown of `azure`
    store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")


@pytest.mark.parametrize("prefix", ["Praxis-", "praxis_", "-p", "a--", "p" * 60])
def test_invalid_container_prefix_fails_a_check(settings, prefix):
    settings.AZURE_CONTAINER_PREFIX = prefix
    assert imaging_check_ids() == {"imaging.E004"}


def test_connection_string_without_a_key_fails_a_check(settings):
    settings.AZURE_STORAGE_CONNECTION_STRING = "BlobEndpoint=https://x/;SharedAccessSignature=sv"
    assert imaging_check_ids() == {"imaging.E005"}


@pytest.mark.usefixtures("azure")
def test_geo_replication_fails_a_check_unless_allowed(settings):
    """Azurite reports Standard_RAGRS, which is Azure's default: the data is also in a region that
    the practice has not declared to its patients."""
    settings.AZURE_GEO_REPLICATION = False
    assert imaging_check_ids() == {"imaging.E010"}
