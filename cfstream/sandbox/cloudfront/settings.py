"""The settings of the sandbox's CloudFront: its speed, its consistency, its limits. Contains no rules and no state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Developer Guide, "Quotas"; the limit of a function is from the General Reference, "Amazon CloudFront endpoints and
# quotas"; the RTMP limits are from the guide's last edition with RTMP pages (2020).
DEFAULT_QUOTAS: Mapping[str, int] = MappingProxyType(
    {
        "distributions": 500,
        "aliases": 100,
        "cache_behaviors": 75,
        "origins": 100,
        "origin_groups": 10,
        "origin_custom_headers": 30,
        "forwarded_headers": 25,
        "trusted_signers": 5,
        "key_groups_per_behavior": 4,
        "streaming_distributions": 100,
        "origin_access_identities": 100,
        "origin_access_controls": 100,
        "distributions_per_origin_access_control": 100,
        "public_keys": 10,
        "key_groups": 10,
        "public_keys_per_key_group": 5,
        "distributions_per_key_group": 100,
        "policies": 20,
        "distributions_per_policy": 100,
        "distributions_per_function": 100,
        "tags": 50,
    }
)


@dataclass
class Settings:
    """How this CloudFront behaves where AWS varies or is not documented.

    May be changed at any time. The next request uses the change.
    """

    deploy_after_seconds: float = 0.0
    """A write is Deployed after this time and after `deploy_after_reads` answered reads; or after five times this time,
    if it is not 0.
    """
    deploy_after_reads: int = 2
    """How many Get and List answers show InProgress after each write."""
    clock_ahead_seconds: float = 0.0
    """How far CloudFront's clock is ahead of the machine's, so that signatures expire without waiting."""
    stale_reads: int = 0
    """How many reads of an object, or lists of its kind, still show the state before a write."""
    shuffle_seed: int | None = 0
    """Shuffles what AWS returns unordered, and generates the ids. None keeps the order that was sent."""
    page_size: int = 100
    """The most rows in a list's answer, for any MaxItems."""
    quotas: dict[str, int] = field(default_factory=dict)
    """Overrides of `DEFAULT_QUOTAS`, by the same names."""
    refuse_rtmp: bool = False
    """Whether streaming distributions can no longer be created (retired at the end of 2020)."""
    burnt_references: bool = False
    """Whether the caller reference of a deleted resource stays used. AWS does not document it."""
    foreign_aliases: dict[str, str] = field(default_factory=dict)
    """Aliases of other accounts' distributions, with their distribution ids."""
    signers_without_keys: tuple[str, ...] = ("000000000000",)
    """Accounts that cannot be trusted signers because they have no CloudFront key pair."""
    requests_per_second: int = 0
    """How many API calls are accepted in any second; others are refused with Throttling. 0 for any number."""
    job_parts: int = 3
    """In how many DescribeJob answers an active job of S3 Batch Operations does its tasks."""
    edge_mixes: bool = False
    """Whether some viewers already get the new config before a write is Deployed, chosen with `shuffle_seed`. Otherwise
    all get the old one.
    """
    edge_caches_errors: bool = False
    """Whether the edge repeats an origin's error for its ErrorCachingMinTTL, 10 seconds by default."""

    def quota(self, name: str) -> int:
        """Return the limit with this name: the override or AWS's default. Raises KeyError if it does not exist."""
        return self.quotas.get(name, DEFAULT_QUOTAS[name])
