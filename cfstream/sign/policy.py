"""Policies: who may ask for what, from when, until when, and from where; and their exact bytes.

The canned policy is never sent: CloudFront builds it again from the URL, so each byte counts (Developer Guide, "Create
a signed URL using a canned policy"). All times are whole seconds since 1970.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Interface
from typing import TypeAlias

from cfstream.sign.refusal import CannotSign

When: TypeAlias = datetime | timedelta | int | float
"""A moment: with its zone, or as seconds since 1970, or as a time from now."""

MILLISECONDS = 10_000_000_000
"""Seconds up to the year 2286. What is more was meant in milliseconds, to which CloudFront answers MalformedPolicy."""


@dataclass(frozen=True)
class Terms:
    """What a custom policy says. `resource` may have wildcards, times are seconds since 1970, `ip` is a CIDR."""

    resource: str
    expires: int
    starts: int | None = None
    ip: str | None = None


def canned(resource: str, expires: int) -> bytes:
    """The canned policy for one URL, of which only the time is sent."""
    text = f'{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    return text.encode("ascii")


def custom(terms: Terms) -> bytes:
    """The policy that is sent along; conditions in the order of AWS's own libraries."""
    conditions = [f'"DateLessThan":{{"AWS:EpochTime":{terms.expires}}}']
    if terms.ip is not None:
        conditions.append(f'"IpAddress":{{"AWS:SourceIp":"{terms.ip}"}}')
    if terms.starts is not None:
        conditions.append(f'"DateGreaterThan":{{"AWS:EpochTime":{terms.starts}}}')
    text = f'{{"Statement":[{{"Resource":"{terms.resource}","Condition":{{{",".join(conditions)}}}}}]}}'
    return text.encode("ascii")


def terms_of(
    resource: str, expires: When, starts: When | None, ip: str | None, now: Callable[[], float]
) -> Terms:
    """The terms in the units of a policy. Raises CannotSign for terms under which nobody would ever get in."""
    until = expiry(expires, now)
    since = None if starts is None else epoch(starts, now, "the start")
    if since is not None and since >= until:
        raise CannotSign("it would expire before it starts", "let it expire later, or start earlier")
    return Terms(resource, until, since, None if ip is None else network(ip))


def expiry(expires: When, now: Callable[[], float]) -> int:
    """Seconds since 1970, rounded down. Raises CannotSign for a time that is past."""
    until = epoch(expires, now, "the expiry")
    if until <= now():
        raise CannotSign("it would have expired already", "let it expire in the future")
    return until


def epoch(when: When, now: Callable[[], float], what: str) -> int:
    """Seconds since 1970, rounded down. Raises CannotSign for a time without a zone, or in milliseconds."""
    match when:
        case bool():
            raise CannotSign(
                f"{what} is no time", "give a datetime with its zone, seconds since 1970, or a timedelta"
            )
        case timedelta():
            seconds = now() + when.total_seconds()
        case datetime():
            if when.tzinfo is None:
                raise CannotSign(
                    f"{what} has no zone, so it is not known which moment is meant", "give it one, like UTC"
                )
            seconds = when.timestamp()
        case _:
            seconds = when
    if not 0 < seconds < MILLISECONDS:
        far = seconds >= MILLISECONDS
        raise CannotSign(
            f"{what} lies {'beyond the year 2286: CloudFront counts in seconds' if far else 'before 1970'}",
            "divide by 1000 what is in milliseconds" if far else "give seconds since 1970",
        )
    return int(seconds)


@lru_cache(maxsize=256)
def network(address: str) -> str:
    """An IPv4 address or range as CIDR. Raises CannotSign for anything else: CloudFront takes no IPv6 here."""
    try:
        return str(IPv4Interface(address.strip()).network)
    except ValueError:
        what = (
            "CloudFront compares IPv4 addresses only"
            if ":" in address
            else f"{address[:60]!r} is no IPv4 address"
        )
        raise CannotSign(what, "write one like 203.0.113.7, or a range like 203.0.113.0/24") from None
