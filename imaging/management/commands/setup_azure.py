import json
from typing import TYPE_CHECKING, Any, cast

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError
from azure.storage.blob import BlobServiceClient, CorsRule
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

if TYPE_CHECKING:
    from imaging.storage.azure import AzureContainer

DAYS = 30  # after which an original moves to the Cool tier


class Command(BaseCommand):
    help = (
        "Make the three containers (private) and the CORS rule in the Azure Blob account of the "
        "settings, and print the lifecycle policy and how to apply it. Safe to run twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--origin",
            action="append",
            help="address of the site, https://…; by default those of ALLOWED_HOSTS",
        )

    def handle(self, *args: Any, origin: list[str] | None, **options: Any) -> None:
        if not settings.AZURE:
            raise CommandError("No Azure account is set: docs/settings.md names the variables.")
        try:
            for name in settings.CONTAINERS:
                self.create_container(_container(name))
            self.add_cors_rule(_container("originals").service_client, origin or _origins())
        except (AzureError, OSError) as error:
            raise CommandError(f"The account refuses, or does not answer: {error}") from error
        self.print_lifecycle_policy(_container("originals"))

    def create_container(self, storage: "AzureContainer") -> None:
        """Creates a private container, or makes an existing one private."""
        name = storage.azure_container
        try:
            storage.client.create_container()  # private by default
        except ResourceExistsError:
            policy = storage.client.get_container_access_policy()
            if policy["public_access"] is None:
                return self.stdout.write(f"container {name}: there already, private")
            kept = {item.id: item.access_policy for item in policy["signed_identifiers"]}
            storage.client.set_container_access_policy(kept, public_access=None)
            return self.stdout.write(f"container {name}: WAS PUBLIC, is private now")
        return self.stdout.write(f"container {name}: made, private")

    def add_cors_rule(self, service: BlobServiceClient, origins: list[str]) -> None:
        """Lets browsers read blobs from these origins, unless an equal rule exists."""
        if not origins:
            return self.stdout.write("CORS rule: none, for ALLOWED_HOSTS names no site (--origin)")
        ours = CorsRule(
            origins,
            ["GET", "HEAD"],
            allowed_headers=["range"],
            exposed_headers=["accept-ranges", "content-length", "content-range"],
            max_age_in_seconds=3600,
        )
        label = f"CORS rule, reading from {', '.join(origins)}"
        try:
            rules = service.get_service_properties()["cors"]
            if any(_same(rule, ours) for rule in rules):
                return self.stdout.write(f"{label}: there already")
            service.set_service_properties(cors=[*rules, ours])
        except HttpResponseError as error:
            if error.status_code != 403:
                raise
            return self.stdout.write(f"{label}: NOT MADE, this identity may not")
        return self.stdout.write(f"{label}: made")

    def print_lifecycle_policy(self, storage: "AzureContainer") -> None:
        """Only printed: a policy belongs to the subscription, which we cannot change."""
        rule = {
            "enabled": True,
            "name": f"{storage.azure_container}-to-cool",
            "type": "Lifecycle",
            "definition": {
                "actions": {"baseBlob": {"tierToCool": {"daysAfterModificationGreaterThan": DAYS}}},
                "filters": {
                    "blobTypes": ["blockBlob"],
                    "prefixMatch": [f"{storage.azure_container}/"],
                },
            },
        }
        self.stdout.write(
            f"lifecycle policy (originals to Cool after {DAYS} days): NOT MADE. A policy is the "
            "subscription's to set, not the storage's. Save this as policy.json:\n"
            f"{json.dumps({'rules': [rule]}, indent=2)}\n"
            "and run, if the account has no policy of its own (it would be replaced):\n"
            f"az storage account management-policy create --account-name {storage.account_name} "
            "--resource-group GROUP --policy @policy.json"
        )


def _container(name: str) -> "AzureContainer":
    return cast("AzureContainer", storages[name])


def _origins() -> list[str]:
    """The origins of the site, from ALLOWED_HOSTS."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in ("*", "localhost")]
    names = [host for host in hosts if any(c.isalpha() for c in host)]  # no bare IP addresses
    return [f"https://*{h}" if h.startswith(".") else f"https://{h}" for h in names]


def _same(left: CorsRule, right: CorsRule) -> bool:
    fields = ("allowed_origins", "allowed_methods", "allowed_headers", "exposed_headers")
    return all(_words(left, field) == _words(right, field) for field in fields)


def _words(rule: CorsRule, field: str) -> set[str]:
    return {word.strip().lower() for word in (getattr(rule, field) or "").split(",")}
