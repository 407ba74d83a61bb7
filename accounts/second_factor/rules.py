"""Who must have a second factor: the setting SECOND_FACTOR_REQUIRED."""

from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VALUES = {"none", "everyone", "doctor", "patient", "staff"}


class _Account(Protocol):
    role: str
    is_staff: bool


def requires_second_factor(user: _Account) -> bool:
    """`staff` includes everybody who may enter the admin, whatever their role."""
    required = settings.SECOND_FACTOR_REQUIRED
    return (
        "everyone" in required or user.role in required or ("staff" in required and user.is_staff)
    )


def check_required_roles() -> None:
    """Raises ImproperlyConfigured for an unknown value, which would silently require nothing."""
    unknown = set(settings.SECOND_FACTOR_REQUIRED) - VALUES
    if unknown:
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_REQUIRED: {', '.join(sorted(unknown))} is none of "
            f"{', '.join(sorted(VALUES))}."
        )
