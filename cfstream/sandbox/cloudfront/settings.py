"""What can be turned on the sandbox's CloudFront: its pace, its freshness, its limits. No rule and no state
lives here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Developer Guide, "Quotas"; the RTMP figures are those of its last copy with RTMP pages (2020).
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
        "tags": 50,
    }
)


@dataclass
class Settings:
    """How this CloudFront behaves where AWS varies or where its behaviour is not documented.

    May be changed at any time; the next request sees it.
    """

    deploy_after_seconds: float = 0.0
    """A write is Deployed once this long has passed, and `deploy_after_reads` reads have been answered; or five
    times this long, if it is not 0.
    """
    deploy_after_reads: int = 2
    """How many Get and List answers show InProgress after each write."""
    clock_ahead_seconds: float = 0.0
    """How far CloudFront's clock is ahead of the machine's: what is signed runs out without waiting."""
    stale_reads: int = 0
    """How many reads of an object, or lists of its kind, still show what was there before a write."""
    shuffle_seed: int | None = 0
    """Orders what AWS returns unordered, and draws the ids; None keeps the order that was sent."""
    page_size: int = 100
    """The most rows that a list answers with, whatever MaxItems asks."""
    quotas: dict[str, int] = field(default_factory=dict)
    """Overrides of `DEFAULT_QUOTAS`, by the same names."""
    refuse_rtmp: bool = False
    """Whether streaming distributions can no longer be created (retired at the end of 2020)."""
    burnt_references: bool = False
    """Whether the caller reference of a deleted resource stays spent. AWS does not document it."""
    foreign_aliases: dict[str, str] = field(default_factory=dict)
    """Aliases held outside this account, with the id of the distribution that holds each."""
    signers_without_keys: tuple[str, ...] = ("000000000000",)
    """Accounts that cannot be trusted signers, for they have no CloudFront key pair."""
    edge_mixes: bool = False
    """Whether, until a write is Deployed, some viewers meet the old config and some the new one already;
    drawn from `shuffle_seed`. If not, all meet the old one.
    """
    edge_caches_errors: bool = False
    """Whether the edge gives an error of the origin again for its ErrorCachingMinTTL, 10 seconds by default.
    """

    def quota(self, name: str) -> int:
        """The limit of that name, as overridden or as AWS's default. KeyError for a name that has none."""
        return self.quotas.get(name, DEFAULT_QUOTAS[name])
