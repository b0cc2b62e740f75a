"""Find the resources of a state that belong to a distribution, and decide which of them Terraform must forget."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cfstream.domain import bucket_of, document
from cfstream.startup.frozen import dataclass
from cfstream.terraform.state import TerraformResource, TerraformState

POLICY = "aws_s3_bucket_policy"
RECORD = "aws_route53_record"
CONTROL = "aws_cloudfront_origin_access_control"
GROUP = "aws_cloudfront_key_group"
KEY = "aws_cloudfront_public_key"


@dataclass(frozen=True)
class ManagedBySpec:
    """What the spec of a distribution manages besides it.

    A spec does not manage an identity that it refers to by id, a key group that it uses, or the settings of its bucket.
    """

    bucket: str = ""
    """The bucket whose policy has its statement; empty if it has no statement there."""
    cnames: frozenset[str] = frozenset()
    """The host names whose A and AAAA records it manages, in lower case."""
    owned: frozenset[tuple[str, str]] = frozenset()
    """Types and names of its own resources: the origin access control, the key groups and the public keys."""

    def includes(self, each: TerraformResource) -> bool:
        """Return whether the spec manages a resource that belongs to its distribution."""
        if each.type == POLICY:
            return self.bucket != "" and (each.text("bucket") or each.id) == self.bucket
        if each.type == RECORD:
            names = {each.text(name).rstrip(".").lower() for name in ("name", "fqdn")}
            return each.text("type") in ("A", "AAAA") and not names.isdisjoint(self.cnames)
        return (each.type, each.text("name")) in self.owned


@dataclass(frozen=True)
class BelongingResource:
    """A resource that belongs to a distribution."""

    address: str
    type: str
    id: str
    why: str
    """What it is for the distribution."""
    managed: bool = False
    """Whether cfstream manages it from now on, so that Terraform must not."""
    shared: tuple[str, ...] = ()
    """Addresses of other distributions of the state to which it belongs too."""
    also_at: tuple[str, ...] = ()
    """Other addresses of the same distribution: Terraform has it more than once."""
    deposed: tuple[str, ...] = ()
    """The ids of distributions that this one has replaced, and that Terraform has not deleted yet."""


def belonging(
    state: TerraformState, manages: Mapping[str, ManagedBySpec | None]
) -> dict[str, tuple[BelongingResource, ...]]:
    """Return each of these distributions and what belongs to it, the distribution first, by its address.

    `manages` has the addresses of the distributions. Nothing is managed for one that has no spec.
    """
    by_address = {each.address: each for each in state.resources}
    related = {each.address: dict(_related(state, _Links.of(each, state))) for each in state.distributions}
    users: defaultdict[str, list[str]] = defaultdict(list)
    for user, found in related.items():
        for address in found:
            users[address].append(user)

    def described(own: str, address: str, why: str) -> BelongingResource:
        each = by_address[address]
        spec = manages[own]
        managed = spec is not None and spec.includes(each)
        shared = tuple(user for user in users[address] if by_address[user].id != by_address[own].id)
        return BelongingResource(address, each.type, each.id, why, managed=managed, shared=shared)

    return {
        own: (
            *_itself(state, by_address[own], managed=spec is not None),
            *(described(own, address, why) for address, why in related[own].items()),
        )
        for own, spec in manages.items()
    }


def _itself(state: TerraformState, own: TerraformResource, *, managed: bool) -> Iterator[BelongingResource]:
    """Yield a distribution, once for each of its addresses, `own` first."""
    others = [address for address in state.addresses(own.id) if address != own.address]
    addresses = [own.address, *others]
    times = "twice" if len(addresses) == 2 else f"{len(addresses)} times"
    why = f"the distribution; Terraform has it {times}" if others else "the distribution"
    for address in addresses:
        also_at = tuple(each for each in addresses if each != address)
        deposed = tuple(each.id for each in state.deposed if each.address == address and each.id)
        yield BelongingResource(
            address, own.type, own.id, why, managed=managed, also_at=also_at, deposed=deposed
        )


@dataclass(frozen=True)
class _Links:
    """The names by which a distribution refers to other resources."""

    id: str
    domain_name: str
    buckets: frozenset[str]
    log_bucket: str
    ids: frozenset[str]
    """Ids and ARNs: of identities, policies, key groups, functions, the certificate and the web ACL."""
    keys: frozenset[str]
    """The ids of the public keys in its key groups."""

    @classmethod
    def of(cls, live: TerraformResource, state: TerraformState) -> "_Links":
        """Return the references of a distribution. The state has the keys of its groups."""
        ids = frozenset(_references(live))
        groups = [each for each in state.resources if each.type == GROUP and each.id in ids]
        logs = [bucket_of(each.text("bucket")) or "" for each in live.blocks("logging_config")]
        origins = [bucket_of(each.text("domain_name")) or "" for each in live.blocks("origin")]
        return cls(
            live.id,
            live.text("domain_name").rstrip(".").lower(),
            frozenset(filter(None, origins)),
            next(filter(None, logs), ""),
            ids,
            frozenset(key for group in groups for key in group.texts("items")),
        )


_OF_BEHAVIORS = (
    *("cache_policy_id", "origin_request_policy_id", "response_headers_policy_id"),
    *("field_level_encryption_id", "realtime_log_config_arn"),
)


def _references(live: TerraformResource) -> Iterator[str]:
    """Yield the ids and ARNs that the distribution has in its attributes."""
    yield from (live.text("web_acl_id"), live.text("continuous_deployment_policy_id"))
    for certificate in live.blocks("viewer_certificate"):
        yield certificate.text("acm_certificate_arn")
    for origin in live.blocks("origin"):
        yield origin.text("origin_access_control_id")
        for access in origin.blocks("s3_origin_config"):
            yield access.text("origin_access_identity").removeprefix(document.OAI_PREFIX)
    for behavior in live.blocks("default_cache_behavior", "ordered_cache_behavior"):
        yield from (behavior.text(name) for name in _OF_BEHAVIORS)
        yield from behavior.texts("trusted_key_groups")
        yield from (each.text("function_arn") for each in behavior.blocks("function_association"))
        yield from (each.text("lambda_arn") for each in behavior.blocks("lambda_function_association"))


_Match = Callable[[TerraformResource, _Links], bool]


def _by(*names: str) -> _Match:
    """Return whether the distribution refers to one of these attributes of a resource."""
    return lambda each, links: any(each.text(name) and each.text(name) in links.ids for name in names)


def _is_alias(record: TerraformResource, links: _Links) -> bool:
    """Return whether a record leads to the distribution: as an alias, or as a CNAME."""
    names = [*(each.text("name") for each in record.blocks("alias")), *record.texts("records")]
    return bool(links.domain_name) and links.domain_name in [name.rstrip(".").lower() for name in names]


_TYPES: Mapping[str, tuple[str, _Match]] = {
    CONTROL: ("CloudFront reads the bucket with it", _by("id")),
    "aws_cloudfront_origin_access_identity": ("CloudFront reads the bucket with it", _by("id")),
    GROUP: ("its keys may sign", _by("id")),
    KEY: ("a key that may sign", lambda each, links: each.id in links.keys),
    "aws_cloudfront_cache_policy": ("its cache policy", _by("id")),
    "aws_cloudfront_origin_request_policy": ("its origin request policy", _by("id")),
    "aws_cloudfront_response_headers_policy": ("its response headers policy", _by("id")),
    "aws_cloudfront_function": ("it runs this function", _by("arn")),
    "aws_lambda_function": ("it runs this function", _by("qualified_arn")),
    "aws_cloudfront_monitoring_subscription": (
        "its metrics",
        lambda each, links: each.text("distribution_id") == links.id,
    ),
    "aws_cloudfront_continuous_deployment_policy": ("its continuous deployment policy", _by("id")),
    "aws_cloudfront_field_level_encryption_config": ("its field-level encryption", _by("id")),
    "aws_cloudfront_realtime_log_config": ("its real-time logs", _by("arn")),
    "aws_acm_certificate": ("its certificate", _by("arn")),
    "aws_acm_certificate_validation": ("waits for its certificate", _by("certificate_arn")),
    "aws_wafv2_web_acl": ("its web ACL", _by("arn")),
    "aws_waf_web_acl": ("its web ACL", _by("id")),
    RECORD: ("a record that leads to it", _is_alias),
}

_BUCKETS = {
    "aws_s3_bucket": "its bucket",
    POLICY: "the whole policy of its bucket",
    "aws_s3_bucket_public_access_block": "what its bucket blocks",
    "aws_s3_bucket_ownership_controls": "who owns the objects of its bucket",
    "aws_s3_bucket_acl": "the ACL of its bucket",
}


def _related(state: TerraformState, links: _Links) -> Iterator[tuple[str, str]]:
    """Yield the address of each resource that belongs to a distribution, and why."""
    for each in state.resources:
        if why := _of_bucket(each, links):
            yield each.address, why
        elif each.type in _TYPES:
            why, matches = _TYPES[each.type]
            if matches(each, links):
                yield each.address, why


def _of_bucket(each: TerraformResource, links: _Links) -> str:
    """Return what a resource is for the distribution, if it is one of its bucket; otherwise an empty text."""
    if not each.type.startswith("aws_s3_bucket") or each.type == "aws_s3_bucket_object":
        return ""
    bucket: Any = each.text("bucket") or each.id
    if bucket in links.buckets:
        return _BUCKETS.get(each.type, "a setting of its bucket")
    return "the bucket of its logs" if each.type == "aws_s3_bucket" and bucket == links.log_bucket else ""
