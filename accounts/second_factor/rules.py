"""Who must have a second factor: SECOND_FACTOR_REQUIRED."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VALUES = {"none", "everyone", "doctor", "patient", "staff"}


def requires_second_factor(user) -> bool:
    """`staff` are those who may enter the admin, too, whatever their role."""
    told = settings.SECOND_FACTOR_REQUIRED
    return "everyone" in told or user.role in told or ("staff" in told and user.is_staff)


def check_required_roles():
    """A word that nobody knows would require nothing of anybody, and nobody would notice."""
    unknown = set(settings.SECOND_FACTOR_REQUIRED) - VALUES
    if unknown:
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_REQUIRED: {', '.join(sorted(unknown))} is none of "
            f"{', '.join(sorted(VALUES))}."
        )
