"""The network that an address is of: what limits by address count by."""

import ipaddress

from .context import client_address

IPV6_PREFIX = 64  # bits of an IPv6 address that a line has; the rest is its owner's to choose


def client_network(request):
    """Where a request comes from, for what is counted by address: an IPv4 address, or the network
    of an IPv6 one. By the whole address, who guesses has a new one for every guess."""
    told = client_address(request)
    if not told:
        return told
    address = ipaddress.ip_address(told)
    if address.version == 4:
        return told
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False).network_address)
