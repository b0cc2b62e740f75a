"""The state of one account as plain data, in the shapes in which AWS returns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ACCOUNT = "123456789012"
OWNER = "0" * 64
"""The canonical user of the account, unless a state says otherwise."""

ENFORCED = "BucketOwnerEnforced"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

OPEN = {
    "BlockPublicAcls": False,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
CLOSED = dict.fromkeys(OPEN, True)


@dataclass(frozen=True)
class Bucket:
    """A bucket with everything that decides who can read it. ACLs have the shape of GetObjectAcl's reply."""

    name: str
    policy: Json | None = None
    ownership: str = ENFORCED
    block: Mapping[str, bool] = field(default_factory=lambda: OPEN)
    """The bucket's block public access and the account's together."""
    acl: Json | None = None
    objects: Mapping[str, Json | None] = field(default_factory=dict)
    """The ACL of each object; None for the default, which grants nothing to others."""


@dataclass(frozen=True)
class AccessPoint:
    """An access point of the account."""

    name: str
    bucket: str
    alias: str = ""
    region: str = "us-east-1"
    policy: Json | None = None
    block: Mapping[str, bool] = field(default_factory=lambda: CLOSED)


@dataclass(frozen=True)
class Version:
    """A configuration that some edge may use, with the keys that its key groups had then, by group id."""

    config: Json
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Distribution:
    """A distribution of either kind. It has one version once it is Deployed, else the older ones too."""

    id: str
    versions: tuple[Version, ...]
    kind: str = "distribution"
    account: str = ACCOUNT

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:cloudfront::{self.account}:{self.kind}/{self.id}"


@dataclass(frozen=True)
class State:
    """One account."""

    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    distributions: tuple[Distribution, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)
    """Origin access identities: id to canonical user."""
    controls: Mapping[str, Json] = field(default_factory=dict)
    """Origin access controls: id to configuration."""
    access_points: tuple[AccessPoint, ...] = ()
    account: str = ACCOUNT
    owner: str = OWNER
