"""System checks of the Azure Blob account; those that need it online only run with --deploy."""

import re
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.files.storage import storages

from .containers import OUTAGES

if TYPE_CHECKING:
    from .azure import AzureContainer

NAME = re.compile(r"[a-z0-9](-?[a-z0-9])+")  # and 3 to 63 characters


@register()
def container_names_are_valid(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    names = [settings.AZURE_CONTAINER_PREFIX + name for name in settings.CONTAINERS]
    if all(NAME.fullmatch(name) and len(name) <= 63 for name in names):
        return []
    return [
        Error(
            f"AZURE_CONTAINER_PREFIX is {settings.AZURE_CONTAINER_PREFIX!r}.",
            hint="Small letters, digits and single hyphens, as Azure wants them.",
            id="imaging.E004",
        )
    ]


@register()
def azure_can_sign(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    connection = settings.AZURE_STORAGE_CONNECTION_STRING
    if not connection or ("AccountName=" in connection and "AccountKey=" in connection):
        return []
    return [
        Error(
            "AZURE_STORAGE_CONNECTION_STRING has no AccountName or no AccountKey.",
            hint="Without them no URL can be signed. For managed identity leave it out and set "
            "AZURE_STORAGE_ACCOUNT_NAME.",
            id="imaging.E005",
        )
    ]


@register(deploy=True)
def containers_are_private(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Costs a round trip to each container: only with --deploy."""
    problems: list[CheckMessage] = []
    for name in settings.CONTAINERS if settings.AZURE else ():
        try:
            public = cast("AzureContainer", storages[name]).is_public()
        except OUTAGES as error:
            reason = type(error).__name__
            text = f"The container of {name} could not be asked: {reason}."
            return [*problems, Warning(text, id="imaging.W001")]
        if public is None:
            hint = "manage.py setup_azure makes it."
            problems.append(
                Error(f"There is no container of {name}.", hint=hint, id="imaging.E006")
            )
        elif public:
            hint = "manage.py setup_azure makes it private."
            text = f"The container of {name} is public."
            problems.append(Error(text, hint=hint, id="imaging.E007"))
    return problems


@register(deploy=True)
def copies_stay_in_one_region(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The account does not reveal its region to us, but it does reveal its redundancy."""
    if not settings.AZURE or settings.AZURE_GEO_REPLICATION:
        return []
    storage = cast("AzureContainer", storages["originals"])
    try:
        sku = storage.service_client.get_account_information()["sku_name"]
    except OUTAGES as error:
        text = f"The account did not say whether it copies elsewhere: {type(error).__name__}."
        return [Warning(text, id="imaging.W002")]
    if "GRS" not in sku and "GZRS" not in sku:
        return []
    return [
        Error(
            f"The account keeps copies in a second region ({sku}).",
            hint="Change its redundancy to LRS or ZRS; or, where that region is fine for the "
            "practice's data, set AZURE_GEO_REPLICATION=1 (docs/hosting.md).",
            id="imaging.E010",
        )
    ]
