"""Live distributions for tests of import."""

from typing import Any

from cfstream.adoption.account import Account
from cfstream.domain import LiveDistribution
from tests.world.configs import behavior, config, listing, origin
from tests.world.distributions import NUMBER, completed, shown

ACCOUNT = Account(NUMBER)


def distribution(*behaviors: Any, account_tags: Any = (), **fields: Any) -> LiveDistribution:
    """Return a live distribution with these additional behaviors and fields of its config."""
    whole = completed(config(**{"CacheBehaviors": listing(*behaviors), **fields}))
    return shown(whole, dict(account_tags), DomainName="d1.cloudfront.net")


def path(pattern: str, **fields: Any) -> Any:
    """Return a behavior for a pattern."""
    return behavior(PathPattern=pattern, **fields)


def further(origin_id: str, domain: str, **fields: Any) -> Any:
    """Return a custom origin."""
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    new = origin(Id=origin_id, DomainName=domain, CustomOriginConfig=custom, **fields)
    return {name: value for name, value in new.items() if name != "S3OriginConfig"}
