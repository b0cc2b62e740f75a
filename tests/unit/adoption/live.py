"""Distributions as they were found, for tests of what import says of them."""

from typing import Any

from cfstream.adoption.account import Account
from cfstream.kinds.distributions import LiveDistribution
from cfstream.values import ETag
from tests.contract.cloudfront_configs import behavior, config, listing, origin

NUMBER = "123456789012"
ACCOUNT = Account(NUMBER)


def distribution(*behaviors: Any, account_tags: Any = (), **fields: Any) -> LiveDistribution:
    """A live distribution with these further behaviors and fields of its config."""
    whole = config(**{"CacheBehaviors": listing(*behaviors), **fields})
    return found("distribution", whole, dict(account_tags))


def found(kind: str, whole: Any, tags: Any = None, **changes: Any) -> LiveDistribution:
    """A live distribution with this config."""
    arn = f"arn:aws:cloudfront::{NUMBER}:{kind}/E1ABC"
    return LiveDistribution(
        kind, "E1ABC", arn, ETag("E2"), "Deployed", "d1.cloudfront.net", whole, tags or {}, **changes
    )


def path(pattern: str, **fields: Any) -> Any:
    """A behavior for a pattern."""
    return behavior(PathPattern=pattern, **fields)


def further(origin_id: str, domain: str, **fields: Any) -> Any:
    """A custom origin."""
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    made = origin(Id=origin_id, DomainName=domain, CustomOriginConfig=custom, **fields)
    return {name: value for name, value in made.items() if name != "S3OriginConfig"}
