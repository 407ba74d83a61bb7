"""Refuses, at startup, two settings that would expose a practice's data."""

import ipaddress

from django.core.exceptions import ImproperlyConfigured

LOCAL_NAMES = ("localhost", "testserver")
INTERNAL_SUFFIXES = (".localhost", ".local", ".test", ".internal", ".lan")


def check_hosts(hosts: list[str], *, debug: bool) -> None:
    """Raises ImproperlyConfigured for the host "*", and for DEBUG on a public host: its error pages
    show settings and patients."""
    if "*" in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is '*': name the hosts that you serve.")
    if debug and (public := [host for host in hosts if not _is_internal(host)]):
        raise ImproperlyConfigured(
            f"DEBUG is on, and ALLOWED_HOSTS has {public[0]!r}: DEBUG is for this machine only."
        )


def _is_internal(host: str) -> bool:
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return name in LOCAL_NAMES or name.endswith(INTERNAL_SUFFIXES)
