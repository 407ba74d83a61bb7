"""Who must have a second factor: SECOND_FACTOR_REQUIRED."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

WORDS = {"none", "everyone", "doctor", "patient", "staff"}


def must_have(user) -> bool:
    """`staff` are those who may enter the admin, too, whatever their role."""
    told = settings.SECOND_FACTOR_REQUIRED
    return "everyone" in told or user.role in told or ("staff" in told and user.is_staff)


def refuse_unknown_words():
    """A word that nobody knows would require nothing of anybody, and nobody would notice."""
    unknown = set(settings.SECOND_FACTOR_REQUIRED) - WORDS
    if unknown:
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_REQUIRED: {', '.join(sorted(unknown))} is none of "
            f"{', '.join(sorted(WORDS))}."
        )
