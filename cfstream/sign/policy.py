"""Policies: the resource, start, expiry and IP address of a signature, and their exact bytes.

A canned policy is never sent. CloudFront rebuilds it from the URL, so every byte counts (Developer Guide, "Create a
signed URL using a canned policy"). All times are whole seconds since 1970.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Interface
from math import ceil
from typing import TypeAlias

from cfstream.sign.refusal import CannotSign
from cfstream.startup.frozen import dataclass

When: TypeAlias = datetime | timedelta | int | float
"""A time: a datetime with a time zone, seconds since 1970, or a timedelta from now."""

MILLISECONDS = 10_000_000_000
"""Seconds up to the year 2286. Larger values are milliseconds, which CloudFront refuses as MalformedPolicy."""


@dataclass(frozen=True)
class PolicyTerms:
    """The content of a custom policy. `resource` may have wildcards, times are seconds since 1970, `ip` is a CIDR."""

    resource: str
    expires: int
    starts: int | None = None
    ip: str | None = None


def canned(resource: str, expires: int) -> bytes:
    """Return the canned policy for one URL. Only its expiry is sent."""
    text = f'{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    return text.encode("ascii")


def custom(terms: PolicyTerms) -> bytes:
    """Return the policy that is sent, with its conditions in the order of AWS's own libraries."""
    conditions = [f'"DateLessThan":{{"AWS:EpochTime":{terms.expires}}}']
    if terms.ip is not None:
        conditions.append(f'"IpAddress":{{"AWS:SourceIp":"{terms.ip}"}}')
    if terms.starts is not None:
        conditions.append(f'"DateGreaterThan":{{"AWS:EpochTime":{terms.starts}}}')
    text = f'{{"Statement":[{{"Resource":"{terms.resource}","Condition":{{{",".join(conditions)}}}}}]}}'
    return text.encode("ascii")


def terms_of(
    resource: str, until: int, starts: When | None, ip: str | None, now: Callable[[], float]
) -> PolicyTerms:
    """Return the terms in a policy's units. Raises CannotSign for terms that never allow access."""
    since = None if starts is None else epoch(starts, now, "the start")
    if since is not None and since >= until:
        raise CannotSign("it would expire before it starts", "choose a later expiry or an earlier start")
    return PolicyTerms(resource, until, since, None if ip is None else network(ip))


def expiry(expires: When, now: Callable[[], float], step: int = 0) -> int:
    """Return the expiry in seconds since 1970, rounded down. Raises CannotSign for a time in the past.

    With a step, a timedelta from now is rounded up to a multiple of it: by less than one step, and to less than twice
    the timedelta. An absolute time is not rounded, because everyone who asks for it already has the same one.
    """
    moment = now()
    until = epoch(expires, lambda: moment, "the expiry")
    if until <= moment:
        raise CannotSign("it would already be expired", "choose an expiry in the future, like 1h from now")
    if not step or not isinstance(expires, timedelta):
        return until
    if expires.total_seconds() < step:
        raise CannotSign(
            f"the expiry is {expires} from now, but the caching step is {timedelta(seconds=step)}",
            "choose a caching step that is not longer than any expiry",
        )
    return ceil((moment + expires.total_seconds()) / step) * step


def epoch(when: When, now: Callable[[], float], what: str) -> int:
    """Return seconds since 1970, rounded down. Raises CannotSign for a time without a zone, or in milliseconds."""
    match when:
        case bool():
            raise CannotSign(
                f"{what} is not a valid time",
                "use a datetime with a time zone, seconds since 1970, or a timedelta",
            )
        case timedelta():
            seconds = now() + when.total_seconds()
        case datetime():
            if when.tzinfo is None:
                raise CannotSign(f"{what} has no time zone", "add one, such as UTC")
            seconds = when.timestamp()
        case _:
            seconds = when
    if not 0 < seconds < MILLISECONDS:
        far = seconds >= MILLISECONDS
        raise CannotSign(
            f"{what} is {'after the year 2286: CloudFront uses seconds' if far else 'before 1970'}",
            "divide milliseconds by 1000" if far else "use seconds since 1970",
        )
    return int(seconds)


@lru_cache(maxsize=256)
def network(address: str) -> str:
    """Return an IPv4 address or range as CIDR. Raises CannotSign for anything else: CloudFront accepts no IPv6 here."""
    try:
        return str(IPv4Interface(address.strip()).network)
    except ValueError:
        what = (
            "CloudFront only compares IPv4 addresses"
            if ":" in address
            else f"{address[:60]!r} is not an IPv4 address"
        )
        raise CannotSign(what, "write one like 203.0.113.7, or a range like 203.0.113.0/24") from None
