"""Which calls a spec has cfstream make, and on what: to plan it, to apply it with the proof at its end, to destroy it.

For a stack that is made, changed and left behind by specs like this one. One that changes from one spec to another
needs, for that run, what both need. What a permission that lacks would merely have told of (a key's policy, access
points, the tag index) is in it as well: nothing is left untold for want of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cfstream.kinds.distribution.cache_policies import needs_lookup
from cfstream.permissions.actions import actions_of
from cfstream.permissions.resources import On
from cfstream.spec.model import Spec
from cfstream.stack.declared_keys import declared_groups


class Purpose(StrEnum):
    """What somebody is to be allowed to do."""

    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Need:
    """An IAM action, and what it is needed on."""

    action: str
    on: On


Needs: TypeAlias = Iterator[Need]


def needs(spec: Spec, purpose: Purpose) -> frozenset[Need]:
    """All that is needed to do this with the spec's stack, and what it needs to look first."""
    match purpose:
        case Purpose.PLAN:
            return frozenset([*_look(spec), *_look_to_apply(spec)])
        case Purpose.APPLY:
            return frozenset([*_look(spec), *_look_to_apply(spec), *_prove(), *_apply(spec)])
        case Purpose.DESTROY:
            return frozenset([*_look(spec), *_look_to_destroy(spec), *_destroy(spec)])


def _of(on: On, service: str, *operations: str) -> Needs:
    for operation in operations:
        for action in actions_of(service, operation):
            yield Need(action, on)


def _look(spec: Spec) -> Needs:
    """What every plan reads."""
    name = _own(spec)
    yield from _of(
        On.ANYTHING,
        "cloudfront",
        *("list_distributions", "list_streaming_distributions", "list_cloud_front_origin_access_identities"),
        *("list_origin_access_controls", "list_public_keys", "list_key_groups"),
    )
    # Of distributions of both deliveries: for a streaming one, IAM knows no resource of this action.
    yield from _of(On.ANYTHING, "cloudfront", "list_tags_for_resource")
    yield from _of(On.SEEN, "cloudfront", f"get_{name}")
    yield from _of(On.ANYTHING, "resourcegroupstaggingapi", "get_resources")
    yield from _of(
        On.BUCKET,
        "s3",
        *("head_bucket", "get_public_access_block", "get_bucket_ownership_controls"),
        *("get_bucket_policy", "get_bucket_acl"),
    )
    yield from _of(
        On.ANYTHING, "s3control", "list_access_points", "get_access_point", "get_public_access_block"
    )
    yield from _of(On.ACCESS_POINTS, "s3control", "get_access_point_policy")
    if spec.logging:
        yield from _of(On.LOGS, "s3", "head_bucket", "get_bucket_ownership_controls")
    if spec.dns is not None:
        listing = "list_hosted_zones_by_name" if spec.dns else "list_hosted_zones"
        yield from _of(On.ANYTHING, "route53", listing)
        yield from _of(On.ZONES, "route53", "list_resource_record_sets")


def _look_to_apply(spec: Spec) -> Needs:
    yield from _of(On.BUCKET, "s3", "get_bucket_encryption")
    if _makes_identity(spec):
        yield from _of(
            On.IDENTITIES,
            "cloudfront",
            *("get_cloud_front_origin_access_identity", "get_cloud_front_origin_access_identity_config"),
        )
    if _makes_control(spec):
        yield from _of(On.CONTROLS, "cloudfront", "get_origin_access_control_config")
    if declared_groups(spec):
        yield from _of(On.ANYTHING, "cloudfront", "get_key_group_config")
    if spec.grant.via == "object-acl":
        yield from _of(On.OBJECTS, "s3", "get_object_acl")
    if spec.delivery == "http":
        yield from _look_for_a_site(spec)


def _look_for_a_site(spec: Spec) -> Needs:
    if spec.identity == "oac":
        yield from _of(On.KEYS, "kms", "describe_key", "get_key_policy")
    if spec.cnames:
        yield from _of(On.SEEN, "cloudfront", "list_conflicting_aliases")
        if spec.http.certificate == "auto":
            yield from _of(On.ANYTHING, "acm", "list_certificates")
    if spec.cnames or spec.http.certificate != "auto":
        yield from _of(On.CERTIFICATES, "acm", "describe_certificate")
    if any(needs_lookup(name) for name in _cache_policies(spec)):
        yield from _of(On.ANYTHING, "cloudfront", "list_cache_policies")
    if spec.http.cors is not None:
        yield from _of(On.ANYTHING, "cloudfront", "list_response_headers_policies")
    if spec.http.cors:
        yield from _of(On.HEADERS, "cloudfront", "get_response_headers_policy_config")


def _look_to_destroy(spec: Spec) -> Needs:
    yield from _of(On.ANYTHING, "cloudfront", "list_response_headers_policies")
    if spec.identity == "oai":
        yield from _of(On.BUCKET, "s3", "list_objects_v2")
        yield from _of(On.OBJECTS, "s3", "get_object_acl")


def _prove() -> Needs:
    """What `verify` reads at the end."""
    yield from _of(On.BUCKET, "s3", "list_objects_v2")
    yield from _of(On.OBJECTS, "s3", "get_object_acl")


def _apply(spec: Spec) -> Needs:
    name = _own(spec)
    if spec.bucket.create:
        yield from _of(On.BUCKET, "s3", "create_bucket", "put_public_access_block")
    if not spec.adopt:
        for action in actions_of("cloudfront", f"create_{name}_with_tags"):
            yield Need(action, On.NEW_TAGS if action.endswith(":TagResource") else On.NEW)
    yield from _of(On.SEEN, "cloudfront", f"get_{name}_config")
    yield from _of(On.OWN, "cloudfront", f"update_{name}", "untag_resource")
    yield from _of(On.OWN_TAGS, "cloudfront", "tag_resource")
    if spec.cnames and spec.delivery == "http":
        yield from _of(On.OWN, "cloudfront", "update_domain_association")
    if spec.logging:  # CloudFront changes the ACL in our name (Developer Guide, standard logging)
        yield from (Need(action, On.LOGS) for action in ("s3:GetBucketAcl", "s3:PutBucketAcl"))
    if _makes_identity(spec):
        identity = "cloud_front_origin_access_identity"
        yield from _of(On.ANYTHING, "cloudfront", f"create_{identity}")
        yield from _of(
            On.IDENTITIES, "cloudfront", f"get_{identity}", f"update_{identity}", f"delete_{identity}"
        )
    if _makes_control(spec):
        control = "origin_access_control"
        yield from _of(On.ANYTHING, "cloudfront", f"create_{control}")
        yield from _of(On.CONTROLS, "cloudfront", f"get_{control}", f"update_{control}", f"delete_{control}")
    if declared_groups(spec):
        keys = ("create_public_key", "get_public_key", *_NO_KEYS)
        groups = ("create_key_group", "get_key_group", "update_key_group", "list_distributions_by_key_group")
        yield from _of(On.ANYTHING, "cloudfront", *keys, *groups)
    if spec.http.cors is not None:
        yield from _cors(spec)
    yield from _grants(spec)
    yield from _records(spec)


_NO_KEYS = ("get_public_key_config", "delete_public_key", "get_key_group_config", "delete_key_group")


def _destroy(spec: Spec) -> Needs:
    name = _own(spec)
    yield from _of(On.SEEN, "cloudfront", f"get_{name}_config")
    yield from _of(On.OWN, "cloudfront", f"update_{name}", f"delete_{name}")
    # A stack whose delivery was changed in its spec still owns a distribution of the other delivery.
    other = "distribution" if spec.delivery == "rtmp" else "streaming_distribution"
    yield from _of(On.OTHER_SEEN, "cloudfront", f"get_{other}", f"get_{other}_config")
    yield from _of(On.OTHER, "cloudfront", f"update_{other}", f"delete_{other}")
    if _makes_identity(spec):
        identity = "cloud_front_origin_access_identity"
        yield from _of(
            On.IDENTITIES, "cloudfront", f"get_{identity}_config", f"update_{identity}", f"delete_{identity}"
        )
    if _makes_control(spec):
        yield from _of(
            On.CONTROLS, "cloudfront", "get_origin_access_control_config", "delete_origin_access_control"
        )
    if declared_groups(spec):
        yield from _of(On.ANYTHING, "cloudfront", *_NO_KEYS)
    if spec.http.cors:
        policy = "response_headers_policy"
        yield from _of(On.HEADERS, "cloudfront", f"get_{policy}_config", f"delete_{policy}")
    yield from _grants(spec)
    if _makes_identity(spec):
        yield from _of(On.OBJECTS, "s3", "put_object_acl")
    yield from _records(spec)


def _cors(spec: Spec) -> Needs:
    policy = "response_headers_policy"
    yield from _of(On.HEADERS, "cloudfront", f"get_{policy}_config", f"delete_{policy}")
    if spec.http.cors:
        yield from _of(On.ANYTHING, "cloudfront", f"create_{policy}")
        yield from _of(On.HEADERS, "cloudfront", f"get_{policy}", f"update_{policy}")


def _grants(spec: Spec) -> Needs:
    match spec.grant.via:
        case "bucket-policy" if spec.identity != "none":
            yield from _of(On.BUCKET, "s3", "put_bucket_policy", "delete_bucket_policy")
        case "object-acl":
            yield from _of(On.BUCKET, "s3", "list_objects_v2")
            yield from _of(On.OBJECTS, "s3", "get_object_acl", "put_object_acl")


def _records(spec: Spec) -> Needs:
    if spec.dns is not None and spec.cnames:
        yield from _of(On.RECORDS, "route53", "change_resource_record_sets")
        yield from _of(On.CHANGES, "route53", "get_change")


def _own(spec: Spec) -> str:
    return "streaming_distribution" if spec.delivery == "rtmp" else "distribution"


def _makes_identity(spec: Spec) -> bool:
    return spec.identity == "oai" and not (spec.oai and spec.oai.id)


def _makes_control(spec: Spec) -> bool:
    return spec.identity == "oac" and not (spec.oac and spec.oac.id)


def _cache_policies(spec: Spec) -> list[str]:
    named = [spec.http.cache_policy, *(behavior.cache_policy for behavior in spec.http.behaviors)]
    return [name for name in named if name]
