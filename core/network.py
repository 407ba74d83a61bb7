"""The network that a client is in: what limits by address counts by it."""

import ipaddress

from django.http import HttpRequest

from .context import client_address

IPV6_PREFIX = 64  # bits that a provider assigns; the rest is the subscriber's to choose


def client_network(request: HttpRequest) -> str:
    """An IPv4 address, the network of an IPv6 one, or "". Counted by their whole IPv6 address,
    attackers would have a new one for every guess."""
    text = client_address(request)
    if not text:
        return text
    address = ipaddress.ip_address(text)
    if address.version == 4:
        return text
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False).network_address)
