"""IP networks in conditions."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

WIDEST = {4: 8, 6: 32}
"""S3 counts a network wider than this as public (S3 User Guide, "Blocking public access to your Amazon S3 storage")."""


def network(text: str) -> Network | None:
    """Return the network that `text` names, or None."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def contains(outer: str, inner: str) -> bool | None:
    """Return whether the network `outer` contains `inner`; None if either is not a network."""
    wide, narrow = network(outer), network(inner)
    if wide is None or narrow is None:
        return None
    if isinstance(wide, ipaddress.IPv4Network) and isinstance(narrow, ipaddress.IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(wide, ipaddress.IPv6Network) and isinstance(narrow, ipaddress.IPv6Network):
        return narrow.subnet_of(wide)
    return False


def is_wide(text: str) -> bool:
    """Return whether S3 counts the network as public. Private ranges are never wide."""
    found = network(text)
    return found is not None and not found.is_private and found.prefixlen < WIDEST[found.version]


def is_internal(text: str) -> bool:
    """Return whether no address of the network is routed in the internet (RFC 1918, RFC 6598, RFC 4193)."""
    return any(contains(each, text) for each in _INTERNAL)


_INTERNAL = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


def edges(texts: Iterable[str]) -> Iterator[str]:
    """Yield the first and last address of each network, and the addresses just outside it.

    These are enough: every region formed by intersections and complements of networks contains one of them.
    """
    for found in map(network, texts):
        if found is None:
            continue
        first, last = int(found.network_address), int(found.broadcast_address)
        for number in (first, last, first - 1, last + 1):
            if 0 <= number < 1 << found.max_prefixlen:
                yield str(type(found.network_address)(number))
