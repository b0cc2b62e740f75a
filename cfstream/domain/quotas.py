"""The quotas of an account on CloudFront, which AWS can raise: their default values, and what they count.

The figures are from the CloudFront Developer Guide, "Quotas". The value of an account is in Service Quotas only, which
cfstream does not read.
"""

from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Quota:
    """A quota of an account on one kind of resource."""

    many: str
    """What it counts, in the plural."""
    most: int
    """The default value."""
    code: str
    """AWS's error code for the creation that exceeds it."""


OF_ACCOUNT = {
    "distribution": Quota("distributions", 500, "TooManyDistributions"),
    "origin-access-identity": Quota(
        "origin access identities", 100, "TooManyCloudFrontOriginAccessIdentities"
    ),
    "origin-access-control": Quota("origin access controls", 100, "TooManyOriginAccessControls"),
    # The section on field-level encryption has it. Keys for signing count too.
    "public-key": Quota("public keys", 10, "TooManyPublicKeys"),
    "key-group": Quota("key groups", 10, "TooManyKeyGroups"),
    "response-headers-policy": Quota("response headers policies", 20, "TooManyResponseHeadersPolicies"),
}
"""The quota by kind of resource, except that of streaming distributions."""

STREAMING = Quota("RTMP distributions", 100, "TooManyStreamingDistributions")
"""The limit of the guide's last edition with RTMP pages (2020)."""

OF_DISTRIBUTION = (
    Quota("cnames of a distribution", 100, "TooManyDistributionCNAMEs"),
    Quota("behaviors of a distribution", 75, "TooManyCacheBehaviors"),
    Quota("keys of a key group", 5, "TooManyPublicKeysInKeyGroup"),
    Quota("key groups of a behavior", 4, "TooManyKeyGroupsAssociatedToDistribution"),
    Quota("distributions with one key group", 100, "TooManyDistributionsAssociatedToKeyGroup"),
    Quota(
        "distributions with one origin access control",
        100,
        "TooManyDistributionsAssociatedToOriginAccessControl",
    ),
    Quota(
        "distributions with one response headers policy",
        100,
        "TooManyDistributionsAssociatedToResponseHeadersPolicy",
    ),
    Quota("distributions with one cache policy", 100, "TooManyDistributionsAssociatedToCachePolicy"),
    Quota(
        "distributions with one origin request policy",
        100,
        "TooManyDistributionsAssociatedToOriginRequestPolicy",
    ),
    Quota("distributions with one function", 100, "TooManyDistributionsWithFunctionAssociations"),
)
"""Other quotas, for the errors of AWS that name none."""

HOW_TO_RAISE = (
    "request a higher quota of Amazon CloudFront in Service Quotas, or from AWS Support if it is not there"
)


def advice() -> dict[str, str]:
    """Return the fix for each error code: which quota is used up, and how to raise it."""
    used_up = "the quota on {} is used up ({} by default): delete unused ones, or {}"
    return {
        each.code: used_up.format(each.many, each.most, HOW_TO_RAISE)
        for each in (*OF_ACCOUNT.values(), STREAMING, *OF_DISTRIBUTION)
    }
