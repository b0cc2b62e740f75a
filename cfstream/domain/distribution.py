"""A distribution of either delivery, as frozen values."""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from typing import Any

from cfstream.domain.delivery import Delivery
from cfstream.domain.path_pattern import PathPattern
from cfstream.startup.frozen import dataclass
from cfstream.values import ETag, Json, Known

_BUCKET_DOMAIN = re.compile(
    r"^(?P<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?$"
)
_MULTI_REGION = re.compile(r"^(?P<alias>[a-z0-9]+\.mrap)\.accesspoint\.s3-global\.amazonaws\.com$")
_WRITING = frozenset({"PUT", "POST", "PATCH", "DELETE"})
_WEBSITE = re.compile(r"^(?P<bucket>.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$")

DECIDES_NOT = "decides not"
"""In the metadata of a behavior's field: it changes how the behavior serves. Other fields decide who may request."""

_HOW = {DECIDES_NOT: True}


class OriginKind(StrEnum):
    """The type of an origin's domain name (Developer Guide, "Use various origins with CloudFront distributions")."""

    BUCKET = "bucket"
    ACCESS_POINT = "access point"
    """An alias that ends in ``-s3alias``; for an Object Lambda access point, in ``--ol-s3``."""
    MULTI_REGION_ACCESS_POINT = "multi-Region access point"
    WEBSITE = "website"
    """A website endpoint. CloudFront requests it anonymously, without OAC or OAI."""
    OTHER = "other"


@dataclass(frozen=True)
class Signers:
    """Who may sign on a behavior: accounts (trusted signers), and key groups by id. Empty if no signature is needed."""

    accounts: tuple[str, ...] = ()
    """Account numbers or ``self``, sorted."""
    key_groups: tuple[Known, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.key_groups)


def account_words(signer: str) -> str:
    """Return a trusted signer as people read it: ``this account`` for ``self``."""
    return "this account" if signer == "self" else f"account {signer}"


@dataclass(frozen=True)
class Origin:
    """One origin, and how CloudFront may read it. Ids may be Refs in a configuration that is not written yet."""

    id: str
    domain_name: str
    path: str = ""
    """What CloudFront puts before the viewer's path: empty, or ``/v2`` without a trailing slash."""
    oai_id: Known = ""
    oac_id: Known = ""

    @cached_property
    def kind(self) -> OriginKind:
        """What the domain name leads to."""
        if _MULTI_REGION.match(self.domain_name.lower()):
            return OriginKind.MULTI_REGION_ACCESS_POINT
        if _WEBSITE.match(self.domain_name.lower()):
            return OriginKind.WEBSITE
        found = _BUCKET_DOMAIN.match(self.domain_name.lower())
        if found is None:
            return OriginKind.OTHER
        alias = found["bucket"].endswith(("-s3alias", "--ol-s3"))
        return OriginKind.ACCESS_POINT if alias else OriginKind.BUCKET

    @cached_property
    def bucket(self) -> str | None:
        """The bucket that the domain name names, or None."""
        if self.kind is OriginKind.WEBSITE:
            return str(_WEBSITE.match(self.domain_name.lower())["bucket"])  # type: ignore[index]
        return bucket_of(self.domain_name) if self.kind is OriginKind.BUCKET else None

    @property
    def alias(self) -> str | None:
        """The alias of the access point that it names, or None."""
        if self.kind is OriginKind.ACCESS_POINT:
            return bucket_of(self.domain_name)
        found = _MULTI_REGION.match(self.domain_name.lower())
        return found["alias"] if found else None


@dataclass(frozen=True)
class EdgeFunction:
    """A CloudFront function or a Lambda@Edge function that runs on a behavior."""

    event: str
    """When it runs: ``viewer-request``, ``origin-request``, ``origin-response`` or ``viewer-response``."""
    arn: str

    @property
    def called(self) -> str:
        """Its name; for a Lambda@Edge function with its version."""
        return self.arn.partition(":function")[2][1:]

    @property
    def at_request(self) -> bool:
        """Whether it runs before the origin answers, so that it can change the path."""
        return self.event.endswith("-request")

    @property
    def at_viewer(self) -> bool:
        """Whether it runs at a viewer event."""
        return self.event.startswith("viewer-")


@dataclass(frozen=True)
class CacheBehavior:
    """One cache behavior. The default one has the pattern ``*`` and an empty `path`, and is last in precedence."""

    pattern: PathPattern
    target: str
    """Id of its origin or origin group."""
    origins: tuple[Origin, ...]
    """All its origins; for an origin group, the primary one first."""
    signers: Signers = Signers()
    default: bool = False
    viewer_protocol: str = field(default="allow-all", metadata=_HOW)
    cache_policy: str = field(default="", metadata=_HOW)
    """Id of its cache policy; empty if it has the legacy settings."""
    response_headers_policy: Known = field(default="", metadata=_HOW)
    """Id of its response headers policy; empty for none."""
    functions: tuple[EdgeFunction, ...] = field(default=(), metadata=_HOW)
    """Its CloudFront functions."""
    lambdas: tuple[EdgeFunction, ...] = field(default=(), metadata=_HOW)
    """Its Lambda@Edge functions."""
    methods: tuple[str, ...] = ("GET", "HEAD")
    """The HTTP methods that CloudFront passes on, sorted."""

    @property
    def writes(self) -> bool:
        """Whether CloudFront passes on methods that change objects (API, `AllowedMethods`)."""
        return not _WRITING.isdisjoint(self.methods)

    @property
    def path(self) -> str:
        """The pattern in its live spelling; empty for the default behavior."""
        return "" if self.default else self.pattern.text


@dataclass(frozen=True)
class ErrorPage:
    """The replacement for an error response. `page` and `response_code` are empty if only caching is set."""

    code: int
    page: str = ""
    response_code: str = ""


@dataclass(frozen=True)
class Distribution:
    """A distribution from a list row, from a reply, or from a configuration that is not written yet."""

    delivery: Delivery
    id: Known
    arn: Known
    enabled: bool
    origins: tuple[Origin, ...]
    behaviors: tuple[CacheBehavior, ...]
    """In order of precedence; the default one is last."""
    domain_name: str = ""
    status: str = ""
    etag: ETag | None = None
    aliases: tuple[str, ...] = ()
    """In lower case, sorted."""
    comment: str = ""
    price_class: str = ""
    error_pages: tuple[ErrorPage, ...] = ()
    default_root_object: str | None = ""
    """Empty for none. None in a list row, which does not show it."""
    tags: Mapping[str, str] | None = None
    """None if they were not read."""
    active_key_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the active public keys, by key group id."""
    active_signers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the active key pairs, by account number or ``self``."""
    last_modified: Any = None
    config: Json = field(default_factory=dict, compare=False, repr=False)
    """The raw configuration for updates; empty in a list row."""
    row: Json = field(default_factory=dict, compare=False, repr=False)
    """The raw list row; empty elsewhere."""
    unknown_members: tuple[str, ...] = ()
    """Paths of the configuration members that the installed botocore does not know, sorted."""

    @property
    def default(self) -> CacheBehavior:
        """The default behavior."""
        return self.behaviors[-1]

    @property
    def named(self) -> tuple[CacheBehavior, ...]:
        """All behaviors except the default one, in order of precedence."""
        return self.behaviors[:-1]

    @property
    def default_origin(self) -> Origin | None:
        """The first origin of the default behavior: the one whose bucket and origin access the spec describes."""
        return self.default.origins[0] if self.default.origins else None

    @cached_property
    def buckets(self) -> frozenset[str]:
        """The buckets among its origins."""
        return frozenset(origin.bucket for origin in self.origins if origin.bucket)

    def tag(self, key: str) -> str | None:
        """Return the value of a tag; None if it is not set or tags were not read."""
        return (self.tags or {}).get(key)

    def tag_words(self, key: str) -> tuple[str, ...]:
        """Return the words of a tag whose value is a list; none if it is not set or tags were not read."""
        return tuple((self.tag(key) or "").split())

    def behavior_for(self, path: str) -> CacheBehavior:
        """Return the behavior that CloudFront uses for a viewer's path: the first match."""
        return next(each for each in self.behaviors if each.default or each.pattern.matches(path))

    def leading_to(self, bucket: str) -> tuple[CacheBehavior, ...]:
        """Return the behaviors that lead to a bucket, directly or through an origin group.

        An origin leads to the bucket if it names the bucket, or if it is the default behavior's first origin, which a
        spec owns.
        """
        first = self.default_origin
        return tuple(
            behavior
            for behavior in self.behaviors
            if any(bucket_of(each.domain_name) == bucket or each == first for each in behavior.origins)
        )


def ids(distribution: Distribution) -> tuple[Known, ...]:
    """Return the id, by which a distribution is found."""
    return (distribution.id,)


def buckets(distribution: Distribution) -> frozenset[str]:
    """Return the buckets among its origins, by which a distribution is found."""
    return distribution.buckets


def aliases(distribution: Distribution) -> tuple[str, ...]:
    """Return its aliases, by which a distribution is found."""
    return distribution.aliases


def origin_kinds(distribution: Distribution) -> frozenset[OriginKind]:
    """Return the kinds of its origins, by which a distribution is found."""
    return frozenset(origin.kind for origin in distribution.origins)


NO_ETAG = ETag("")


@dataclass(frozen=True)
class LiveDistribution(Distribution):
    """A distribution that AWS has shown, in a list row or in a reply: its id and ARN are known."""

    id: str
    arn: str
    etag: ETag = NO_ETAG
    """Empty if it comes from a list row that does not contain it."""


def bucket_of(domain_name: str) -> str | None:
    """Return the bucket that an S3 origin's domain name names, in any of its spellings; None for any other origin."""
    match = _BUCKET_DOMAIN.match(domain_name.lower())
    return match.group("bucket") if match else None
