"""One distribution or identity with all its settings, in terms that do not depend on AWS's documents."""

from dataclasses import field, fields
from typing import Any

from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, HttpField
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class NamedId:
    """An id, and the name of its resource; empty if the name could not be read."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class OriginDetails:
    """One origin, and how CloudFront reads it: `access` is ``oac``, ``oai`` or ``none``."""

    id: str
    domain_name: str
    path: str = ""
    access: str = "none"
    identity: NamedId | None = None
    canonical_user: str = ""
    """The OAI's id in object ACLs."""


@dataclass(frozen=True)
class BehaviorDetails:
    """The signers of a path. `path` is empty for the default behavior."""

    path: str
    origin_id: str
    trusted_signers: tuple[str, ...] = ()
    key_groups: tuple[NamedId, ...] = ()
    viewer_protocol: str = ""
    cache_policy: str = ""
    http: dict[str, Any] = field(default_factory=dict)
    """The fields of a spec's behavior by name, except those above: policies, and functions."""

    @property
    def signed(self) -> bool:
        return bool(self.trusted_signers or self.key_groups)


@dataclass(frozen=True)
class HeadersPolicyDetails:
    """The headers that a policy adds to answers on some paths; the path of the default behavior is empty."""

    policy: NamedId
    paths: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    """``cors``, and the other parts as in CloudFront's document; empty if they could not be read."""


@dataclass(frozen=True)
class ActiveSigners:
    """An active signer, an account or a key group, and the ids of its active keys."""

    signer: NamedId
    keys: tuple[NamedId, ...] = ()


@dataclass(frozen=True)
class GrantDetails:
    """A grant that allows CloudFront to read a bucket for this distribution."""

    bucket: str
    via: str
    """``bucket-policy`` or ``object-acl``."""
    to: str
    """The grantee, as text."""
    what: str
    """The actions and objects; for object ACLs, the permission and the number of sampled objects that have it."""
    sid: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Tls:
    """The certificate that viewers see: an ARN, an IAM certificate's id, or ``cloudfront`` for CloudFront's own."""

    certificate: str
    minimum: str = ""
    support: str = ""


@dataclass(frozen=True)
class DistributionDetails:
    """Everything about a distribution. Fields that a streaming distribution does not have are None or empty."""

    kind: str
    id: str
    arn: str
    etag: str
    owner: str | None
    status: str
    enabled: bool
    domain_name: str
    cnames: tuple[str, ...]
    comment: str
    last_modified: str
    """ISO 8601, UTC."""
    caller_reference: str
    price_class: str
    origins: tuple[OriginDetails, ...]
    behaviors: tuple[BehaviorDetails, ...]
    headers_policies: tuple[HeadersPolicyDetails, ...] = ()
    active_signers: tuple[ActiveSigners, ...] = ()
    grants: tuple[GrantDetails, ...] = ()
    logging: str = ""
    """``bucket/prefix``; empty without logging."""
    tls: Tls | None = None
    http_version: str = ""
    ipv6: bool | None = None
    default_root_object: str = ""
    web_acl: str = ""
    http: dict[str, Any] = field(default_factory=dict)
    """The fields under ``http`` of a spec by name, except those above and those of behaviors."""
    tags: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What could not be read, and why."""
    unmanaged: dict[str, Any] | None = None
    """The settings that the spec does not have and so does not manage, by field; None if no spec was given."""


def beside(details: type[DistributionDetails | BehaviorDetails]) -> list[HttpField]:
    """Return the fields under ``http`` that have a member of their own in the details, in their order there."""
    known = {each.name: each for each in HTTP_FIELDS}
    return [known[each.name] for each in fields(details) if each.name in known]


@dataclass(frozen=True)
class IdentityDetails:
    """Everything about an origin access identity."""

    id: str
    etag: str
    owner: str | None
    canonical_user: str
    comment: str
    caller_reference: str
    kind: str
    used_by: tuple[str, ...] = ()


Details = DistributionDetails | IdentityDetails
