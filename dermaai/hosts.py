"""Two ways to lose a practice's secrets before the first request: refused at the start."""

import ipaddress

from django.core.exceptions import ImproperlyConfigured

LOCAL_NAMES = ("localhost", "testserver")
INTERNAL_SUFFIXES = (".localhost", ".local", ".test", ".internal", ".lan")


def check_hosts(hosts, *, debug):
    """Raises ImproperlyConfigured for a host that is any host, and for DEBUG where the world can
    see it: its error pages show settings and patients."""
    if "*" in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is '*': name the hosts that you serve.")
    if debug and (public := [host for host in hosts if not _is_internal(host)]):
        raise ImproperlyConfigured(
            f"DEBUG is on, and ALLOWED_HOSTS has {public[0]!r}: DEBUG is for this machine only."
        )


def _is_internal(host):
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return name in LOCAL_NAMES or name.endswith(INTERNAL_SUFFIXES)
