"""Find the distribution for a host name. The addresses of buckets are in ``direct``."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cfstream.sandbox.cloudfront.records import AtEdge, Distribution

Json = dict[str, Any]

LOOPBACK_ZONE = ".cloudfront.localhost"
"""Browsers resolve every name under it to the loopback address: ``<label>.cloudfront.localhost``."""

_ZONES = (LOOPBACK_ZONE, ".cloudfront.net")
AMAZON = (".amazonaws.com", ".amazonaws.com.cn")


def is_cloudfront(name: str) -> bool:
    """Return whether CloudFront assigns such names, to this account's distributions or to others'."""
    return name.endswith(_ZONES)


def is_foreign(name: str) -> bool:
    """Return whether only a viewer's request can have this host name.

    The names of endpoints are addresses, names without a dot, and AWS's own.
    """
    if "." not in name or name == "s3.localhost" or name.endswith(AMAZON):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return not _ends_in_address(name)
    return False


def _ends_in_address(name: str) -> bool:
    # Some clients put the account number before the endpoint's host: 123456789012.127.0.0.1
    return all(label.isdecimal() for label in name.split(".")[-4:])


@dataclass(frozen=True)
class EdgeSite:
    """A distribution of either kind, as one request finds it: the record, and its state at the edge.

    `reached` is false for one that no edge has yet: its names are known, but nothing answers.
    """

    record: Distribution
    at_edge: AtEdge
    reached: bool = True

    @property
    def config(self) -> Json:
        """The config that applies to this request."""
        return self.at_edge.config

    @property
    def arn(self) -> str:
        """The distribution's ARN."""
        return self.record.arn


def find(name: str, sites: Iterable[EdgeSite]) -> EdgeSite | None:
    """Return the distribution for a host name, or None.

    It is found by its own name or by an alias. The most specific alias wins, even if its distribution is disabled
    (Developer Guide, "Use wildcards in alternate domain names").
    """
    own = name.removesuffix(LOOPBACK_ZONE) + ".cloudfront.net" if name.endswith(LOOPBACK_ZONE) else name
    known = {site.record.id: site for site in sites}
    best, found = 0, None
    for site in known.values():
        if site.record.domain_name == own:
            return site
        for alias in (*_aliases(site), *_still_answered(site, known)):
            match = _specificity(alias, name)
            if match > best:
                best, found = match, site
    return found


def _aliases(site: EdgeSite) -> list[str]:
    return list(site.config["Aliases"].get("Items", ()))


def _still_answered(site: EdgeSite, known: dict[str, EdgeSite]) -> Iterator[str]:
    """Yield the aliases that were moved from a distribution to another one that the edge does not have yet.

    There is no time without an answer during a move (AssociateAlias: "prevents the downtime that could occur").
    """
    for alias, target in site.record.given.items():
        target_site = known.get(target)
        if target_site and alias in target_site.record.aliases and alias not in _aliases(target_site):
            yield alias


def _specificity(alias: str, name: str) -> int:
    """Return how specific an alias is for the name; 0 if it does not match. A wildcard covers any number of labels."""
    if alias == name:
        return len(name) + 1
    return len(alias) if alias.startswith("*.") and name.endswith(alias[1:]) else 0
