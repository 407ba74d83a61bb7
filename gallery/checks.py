"""Misconfiguration is a numbered system check with a hint."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

# × BACKGROUND_SECONDS of work: how long an engine is waited for (imaging.background)
WAIT_FACTOR = 4


@register()
def check_lease_outlives_work(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    least = WAIT_FACTOR * settings.BACKGROUND_SECONDS
    if least < settings.PROCESSING_LEASE:
        return []
    return [
        Warning(
            f"PROCESSING_LEASE is {settings.PROCESSING_LEASE} seconds.",
            hint=f"On a busy machine an image may take {least:g} seconds: with a shorter lease a "
            "second worker begins what the first has not finished.",
            id="gallery.W001",
        )
    ]
