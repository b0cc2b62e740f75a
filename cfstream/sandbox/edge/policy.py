"""Policies of signed URLs and cookies: the canned policy, rebuilt from a URL; custom policies, parsed strictly.

Signatures are in ``signature``. The rules: Developer Guide, "Create a signed URL using a canned policy" and "… using a
custom policy".
"""

import functools
import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_EPOCH = 2**63 - 1

# A time with 13 or 14 digits is in milliseconds, which CloudFront refuses (aws-sdk-js#2236).
_MILLISECONDS = range(10**12, 10**15)
_DIGITS = re.compile(r"\d{1,19}")


class Malformed(ValueError):
    """CloudFront cannot read the policy."""


@dataclass(frozen=True)
class SignedPolicy:
    """What a policy allows: from `starts` (inclusive) to `expires` (exclusive), in seconds since the epoch.

    `resource` None is everything, `network` None is everybody.
    """

    expires: int
    resource: str | None = None
    starts: int | None = None
    network: ipaddress.IPv4Network | None = None

    def admits(self, now: float, address: str) -> bool:
        """Return whether it is valid at this time for this source address."""
        if now >= self.expires or (self.starts is not None and now < self.starts):
            return False
        return self.network is None or _is_in(address, self.network)

    def covers(self, urls: Iterable[str]) -> bool:
        """Return whether it covers one of these spellings of the requested URL."""
        return self.resource is None or any(covers(self.resource, url) for url in urls)


def canned(resource: str, expires: str) -> str:
    """Return the canned policy for a URL, byte for byte as its signer made it. Raises Malformed for an invalid time."""
    epoch = _epoch(int(expires)) if _DIGITS.fullmatch(expires) else _epoch(None)
    # Without json.dumps: the signature covers the URL's own bytes, without escapes.
    return (
        f'{{"Statement":[{{"Resource":"{resource}",'
        f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{epoch}}}}}}}]}}'
    )


@functools.lru_cache(maxsize=4096)
def custom(text: str) -> SignedPolicy:
    """Return a custom policy. Raises Malformed unless it is one statement with an expiry and only known members."""
    try:
        policy = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError):
        raise Malformed from None
    statements = _members(policy, required={"Statement"})["Statement"]
    if not isinstance(statements, list) or len(statements) != 1:
        raise Malformed
    statement = _members(statements[0], required={"Condition"}, optional={"Resource"})
    condition = _members(
        statement["Condition"], required={"DateLessThan"}, optional={"DateGreaterThan", "IpAddress"}
    )
    resource = statement.get("Resource", "*")
    if not isinstance(resource, str):
        raise Malformed
    starts = condition.get("DateGreaterThan")
    network = condition.get("IpAddress")
    return SignedPolicy(
        expires=_time(condition["DateLessThan"]),
        resource=None if resource == "*" else resource,
        starts=None if starts is None else _time(starts),
        network=None if network is None else _network(network),
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Malformed
    return dict(pairs)


def _members(
    value: Any, required: set[str], optional: frozenset[str] | set[str] = frozenset()
) -> dict[str, Any]:
    if not isinstance(value, dict) or not required <= set(value) <= required | optional:
        raise Malformed
    return value


def _time(condition: Any) -> int:
    return _epoch(_members(condition, required={"AWS:EpochTime"})["AWS:EpochTime"])


def _epoch(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed
    if not 0 < value <= MAX_EPOCH or value in _MILLISECONDS:
        raise Malformed
    return value


def _network(condition: Any) -> ipaddress.IPv4Network:
    written = _members(condition, required={"AWS:SourceIp"})["AWS:SourceIp"]
    try:
        return ipaddress.IPv4Network(written if isinstance(written, str) else "", strict=False)
    except ValueError:
        raise Malformed from None


def _is_in(address: str, network: ipaddress.IPv4Network) -> bool:
    """Return whether the viewer is in the network. IPv6 viewers never are (DistributionConfig.IsIPV6Enabled)."""
    try:
        return ipaddress.IPv4Address(address) in network
    except ValueError:
        return False


@functools.lru_cache(maxsize=4096)
def covers(resource: str, requested: str) -> bool:
    """Return whether a resource with wildcards covers the request: a URL, or a stream's name.

    ``*`` is any characters and ``?`` is one. A URL has four sections (protocol, host, path, query), and a wildcard
    stays in its own, except that ``*`` at the end of the path also covers the query, and at the end of the host also
    path and query.
    """
    protocol, separator, rest = requested.partition("://")
    if not separator:
        return _fits(resource, requested)
    wanted_protocol, separator, wanted_rest = resource.partition("://")
    if not separator or not _fits(wanted_protocol, protocol):
        return False
    wanted_host, slash, wanted_path = wanted_rest.partition("/")
    host, _, path = rest.partition("/")
    if not _fits(wanted_host, host):
        return False
    if not slash:
        return wanted_host.endswith("*") or not path
    return _covers_path(wanted_path, path)


def _covers_path(wanted: str, requested: str) -> bool:
    path, mark, query = requested.partition("?")
    if not mark:
        return _fits(wanted, path)
    if wanted.endswith("*") and _fits(wanted, path):
        return True
    # Each "?" may be a wildcard, or start the query.
    marks = [place for place, sign in enumerate(wanted) if sign == "?"]
    return any(_fits(wanted[:place], path) and _fits(wanted[place + 1 :], query) for place in marks)


def _fits(pattern: str, text: str) -> bool:
    return pattern == text or _wildcards(pattern).fullmatch(text) is not None


@functools.lru_cache(maxsize=1024)
def _wildcards(pattern: str) -> re.Pattern[str]:
    # Several "*" in a row become one: each more would double the time of a failing match.
    parts = {"*": ".*", "?": "."}
    single = re.sub(r"\*+", "*", pattern)
    return re.compile("".join(parts.get(sign) or re.escape(sign) for sign in single), re.DOTALL)
