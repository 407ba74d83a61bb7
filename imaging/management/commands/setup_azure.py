import json

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError
from azure.storage.blob import CorsRule
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

DAYS = 30  # after which an original moves to the Cool tier


class Command(BaseCommand):
    help = (
        "Make the three containers (private) and the CORS rule in the Azure Blob account of the "
        "settings, and print the lifecycle policy and how to apply it. Safe to run twice."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--origin",
            action="append",
            help="address of the site, https://…; by default those of ALLOWED_HOSTS",
        )

    def handle(self, *args, origin, **options):
        if not settings.AZURE:
            raise CommandError("No Azure account is set: docs/settings.md names the variables.")
        try:
            for name in settings.CONTAINERS:
                self.container(storages[name])
            self.cors(storages["originals"].service_client, origin or _origins())
        except (AzureError, OSError) as error:
            raise CommandError(f"The account refuses, or does not answer: {error}") from error
        self.lifecycle(storages["originals"])

    def container(self, storage):
        name = storage.azure_container
        try:
            storage.client.create_container()  # private, unless one says otherwise
        except ResourceExistsError:
            policy = storage.client.get_container_access_policy()
            if policy["public_access"] is None:
                return self.stdout.write(f"container {name}: there already, private")
            kept = {one.id: one.access_policy for one in policy["signed_identifiers"]}
            storage.client.set_container_access_policy(kept, public_access=None)
            return self.stdout.write(f"container {name}: WAS PUBLIC, is private now")
        return self.stdout.write(f"container {name}: made, private")

    def cors(self, service, origins):
        if not origins:
            return self.stdout.write("CORS rule: none, for ALLOWED_HOSTS names no site (--origin)")
        ours = CorsRule(
            origins,
            ["GET", "HEAD"],
            allowed_headers=["range"],
            exposed_headers=["accept-ranges", "content-length", "content-range"],
            max_age_in_seconds=3600,
        )
        told = f"CORS rule, reading from {', '.join(origins)}"
        try:
            rules = service.get_service_properties()["cors"]
            if any(_same(rule, ours) for rule in rules):
                return self.stdout.write(f"{told}: there already")
            service.set_service_properties(cors=[*rules, ours])
        except HttpResponseError as error:
            if error.status_code != 403:
                raise
            return self.stdout.write(f"{told}: NOT MADE, this identity may not")
        return self.stdout.write(f"{told}: made")

    def lifecycle(self, storage):
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


def _origins():
    """The site's addresses, as a browser names them."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in ("*", "localhost")]
    named = [host for host in hosts if any(c.isalpha() for c in host)]
    return [f"https://*{h}" if h.startswith(".") else f"https://{h}" for h in named]


def _same(one, other):
    facts = ("allowed_origins", "allowed_methods", "allowed_headers", "exposed_headers")
    return all(_words(one, fact) == _words(other, fact) for fact in facts)


def _words(rule, fact):
    return {word.strip().lower() for word in (getattr(rule, fact) or "").split(",")}
