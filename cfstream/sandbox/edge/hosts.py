"""From a host name to what answers under it: a distribution, or nothing that the edge knows.

What lives here: host names alone. The addresses of buckets are in ``direct``.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cfstream.sandbox.cloudfront.records import AtEdge, Distribution

Json = dict[str, Any]

LOOPBACK_ZONE = ".cloudfront.localhost"
"""Under it, browsers find the loopback address by themselves: ``<label>.cloudfront.localhost``."""

_ZONES = (LOOPBACK_ZONE, ".cloudfront.net")
AMAZON = (".amazonaws.com", ".amazonaws.com.cn")


def is_cloudfront(name: str) -> bool:
    """Whether the name is one that CloudFront gives, to this account's distributions or to others'."""
    return name.endswith(_ZONES)


def is_foreign(name: str) -> bool:
    """Whether the name is none of an endpoint's (an address, a name without a dot, AWS's own), so that only a
    viewer can mean it.
    """
    if "." not in name or name == "s3.localhost" or name.endswith(AMAZON):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return not _ends_in_address(name)
    return False


def _ends_in_address(name: str) -> bool:
    # Some clients put the account's number before the endpoint's host: 123456789012.127.0.0.1
    return all(label.isdecimal() for label in name.split(".")[-4:])


@dataclass(frozen=True)
class Site:
    """A distribution of either kind as one request meets it: the record, and what the edge holds of it.

    `reached` is false for one that no edge has heard of yet: its names are known, and nothing answers.
    """

    record: Distribution
    at_edge: AtEdge
    reached: bool = True

    @property
    def config(self) -> Json:
        """The config in force for this request."""
        return self.at_edge.config

    @property
    def arn(self) -> str:
        """The distribution's ARN."""
        return self.record.arn


def find(name: str, sites: Iterable[Site]) -> Site | None:
    """The distribution that answers under a host name, None where none does.

    By its own name, or by an alias: the one that says most of the name wins, be it disabled or not
    (Developer Guide, "Use wildcards in alternate domain names").
    """
    own = name.removesuffix(LOOPBACK_ZONE) + ".cloudfront.net" if name.endswith(LOOPBACK_ZONE) else name
    known = {site.record.id: site for site in sites}
    best, found = 0, None
    for site in known.values():
        if site.record.domain_name == own:
            return site
        for alias in (*_aliases(site), *_still_answered(site, known)):
            said = _said(alias, name)
            if said > best:
                best, found = said, site
    return found


def _aliases(site: Site) -> list[str]:
    return list(site.config["Aliases"].get("Items", ()))


def _still_answered(site: Site, known: dict[str, Site]) -> Iterator[str]:
    """The aliases that were moved away from a distribution, and whose new one an edge does not know by them yet.

    A move leaves no moment without an answer (AssociateAlias: "prevents the downtime that could occur").
    """
    for alias, target in site.record.given.items():
        heir = known.get(target)
        if heir and alias in heir.record.aliases and alias not in _aliases(heir):
            yield alias


def _said(alias: str, name: str) -> int:
    """How much of the name an alias says, 0 where it does not fit. A wildcard stands for any depth."""
    if alias == name:
        return len(name) + 1
    return len(alias) if alias.startswith("*.") and name.endswith(alias[1:]) else 0
