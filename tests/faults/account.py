"""The account of all scenarios: what others own in it, and its state afterwards."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.s3.models import s3_backends

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.acl import acl_of
from cfstream.sandbox.cloudfront.state import CloudFrontState
from tests.world.clients import BotoClients
from tests.world.configs import (
    associated,
    behavior,
    config,
    listing,
    make_control,
    make_function,
    make_group,
    make_identity,
    make_key,
    origin,
    signers,
)
from tests.world.sandbox import Sandbox

Json = dict[str, Any]

OBJECTS = ("lecture.mp4", "posters/lecture.jpg", "clips/trailer.mp4")
FEW_OBJECTS = OBJECTS[:2]
"""Where every object has an ACL: each is a write of its own."""
ENFORCED = ("lectures", "archive", "by-hand")
WITH_ACLS = ("lectures-acl", "archive-acl")
OBJECTS_OF = {**dict.fromkeys(ENFORCED, OBJECTS), **dict.fromkeys(WITH_ACLS, FEW_OBJECTS)}
BUCKETS = tuple(OBJECTS_OF)
BY_HAND = "E0BYHAND000000"
"""A placeholder in specs for the id of the distribution that was created by hand."""
FOREIGN_IDENTITY = "E0SOMEBODYS000"
"""A placeholder in specs for the id of the origin access identity with which it reads."""
COLLEAGUE = "f" * 64
"""The canonical user of another account. Every object with an ACL grants something to it."""


def create_resources(clients: BotoClients) -> Mapping[str, str]:
    """Create what others own. Return the ids for the placeholders in specs."""
    s3, cloudfront = clients("s3"), clients("cloudfront")
    for name in ENFORCED:
        _bucket(s3, name, "BucketOwnerEnforced", OBJECTS)
        s3.put_bucket_policy(
            Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [_audit(name)]})
        )
    for name in WITH_ACLS:
        _bucket(s3, name, "BucketOwnerPreferred", FEW_OBJECTS)
        for key in FEW_OBJECTS:
            acl = s3.get_object_acl(Bucket=name, Key=key)
            grant = {"Grantee": {"Type": "CanonicalUser", "ID": COLLEAGUE}, "Permission": "READ_ACP"}
            both = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
            s3.put_object_acl(Bucket=name, Key=key, AccessControlPolicy=both)
    make_control(cloudfront, "somebody-elses")
    make_group(cloudfront, "newsroom-signers", make_key(cloudfront, "newsroom-2026"))
    return _by_hand(cloudfront, s3)


def _bucket(s3: Any, name: str, ownership: str, keys: Sequence[str]) -> None:
    s3.create_bucket(Bucket=name, ObjectOwnership=ownership)
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"-")


def _audit(bucket: str) -> Json:
    return {
        "Sid": "audit",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/audit/*",
    }


def _by_hand(cloudfront: Any, s3: Any) -> Mapping[str, str]:
    """Create a distribution with everything that a spec cannot express."""
    identity = make_identity(cloudfront, "by hand", "made by hand")
    reader = {
        "Sid": "by-hand",
        "Effect": "Allow",
        "Principal": {"CanonicalUser": identity["S3CanonicalUserId"]},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::by-hand/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [_audit("by-hand"), reader]}
    s3.put_bucket_policy(Bucket="by-hand", Policy=json.dumps(policy))
    function = associated(make_function(cloudfront))
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    header = {"HeaderName": "X-Shared-Secret", "HeaderValue": "hunter2"}
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity['Id']}"}
    sent = config(
        "by hand",
        Comment="made by hand",
        Origins=listing(
            origin(DomainName="by-hand.s3.amazonaws.com", S3OriginConfig=access),
            {
                "Id": "api",
                "DomainName": "api.example.com",
                "CustomOriginConfig": custom,
                "CustomHeaders": listing(header),
            },
        ),
        DefaultCacheBehavior=behavior(TrustedSigners=signers("self"), FunctionAssociations=listing(function)),
        CacheBehaviors=listing(behavior(PathPattern="/api/*", TargetOriginId="api")),
        CustomErrorResponses=listing(
            {"ErrorCode": 403, "ResponsePagePath": "/sorry.html", "ResponseCode": "200"}
        ),
    )
    tags = {"Items": [{"Key": "owner", "Value": "media desk"}, {"Key": "cost-center", "Value": "4711"}]}
    both = {"DistributionConfig": sent, "Tags": tags}
    created = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=both)
    return {BY_HAND: str(created["Distribution"]["Id"]), FOREIGN_IDENTITY: str(identity["Id"])}


def state_of(sandbox: Sandbox) -> Json:
    """Return the whole account without what differs in every run: ids, ETags and times.

    An id is replaced by a description of its resource, and unordered lists are sorted.
    """
    world = sandbox.cloudfront.state
    taken = {
        "distributions": [{"config": each.config, "tags": each.tags} for each in world.both_kinds()],
        "identities": [each.config for each in world.identities],
        "controls": [each.config for each in world.controls],
        "public keys": [each.config for each in world.public_keys],
        "key groups": [each.config for each in world.key_groups],
        "buckets": {name: _seen(bucket) for name, bucket in s3_backends[ACCOUNT]["aws"].buckets.items()},
    }
    named: Json = _renamed(taken, dict(_names(world)))
    return named


def of_others(account: Json) -> Json:
    """Return what cfstream does not own: no resource with its mark, no statement, and no grant to its identities."""
    buckets = account["buckets"]
    return {
        "distributions": [
            each["config"] for each in account["distributions"] if "cfstream:name" not in each["tags"]
        ],
        **{
            kind: [each for each in account[kind] if not _has_our_mark(each)]
            for kind in ("identities", "controls", "public keys", "key groups")
        },
        "statements": {
            name: [each for each in bucket["statements"] if not each["Sid"].startswith("cfstream-")]
            for name, bucket in buckets.items()
        },
        "grants": {
            name: {
                key: [each for each in grants if "cfstream-" not in each]
                for key, grants in bucket["objects"].items()
            }
            for name, bucket in buckets.items()
        },
    }


def leftovers(account: Json) -> list[str]:
    """Return resources with cfstream's mark that are duplicates in one stack, or unused."""
    distributions, groups = json.dumps(account["distributions"]), json.dumps(account["key groups"])
    marked = {
        kind: [each for each in account[kind] if _has_our_mark(each)]
        for kind in ("identities", "controls", "public keys", "key groups")
    }
    one_each = [each["tags"].get("cfstream:name", "") for each in account["distributions"]]
    for kind in ("identities", "controls"):
        one_each += [f"{kind} of {_comment(each).split()[0]}" for each in marked[kind]]
    unused = [
        *(f"<identity {each['CallerReference']}>" for each in marked["identities"]),
        *(f"<{each['Name']}>" for each in (*marked["controls"], *marked["key groups"])),
    ]
    return [
        *(what for what, count in Counter(one_each).items() if what and count > 1),
        *(what for what in unused if what not in distributions),
        *(what for each in marked["public keys"] if (what := f"<{each['Name']}>") not in groups),
    ]


def _comment(config: Json) -> str:
    return str(config.get("Comment") or config.get("Description") or "")


def _has_our_mark(config: Json) -> bool:
    return _comment(config).startswith("cfstream:")


def _seen(bucket: Any) -> Json:
    return {
        "statements": json.loads(bucket.policy or "{}").get("Statement", []),
        "ownership": bucket.ownership_rule,
        "block": vars(bucket.public_access_block) if bucket.public_access_block else None,
        "objects": {key.name: _grants(key) for key in bucket.keys.values()},
    }


def _grants(key: Any) -> list[str]:
    acl = acl_of(key.acl)
    grants = [(grant.grantees[0], grant.permissions[0]) for grant in acl.grants]
    return [
        f"{acl.owner} owns",
        *(f"{grantee.id or grantee.uri} {permission}" for grantee, permission in grants),
    ]


def _names(world: CloudFrontState) -> Iterator[tuple[str, str]]:
    """Return every id with a readable name."""
    for distribution in world.both_kinds():
        yield distribution.id, f"<{distribution.config['CallerReference']}>"
    for identity in world.identities:
        yield identity.id, f"<identity {identity.config['CallerReference']}>"
        yield identity.canonical_user, f"<user {identity.config['CallerReference']}>"
    for shelf in (world.controls, world.public_keys, world.key_groups):
        for record in shelf:
            yield record.id, f"<{record.config['Name']}>"


def _renamed(value: Any, names: dict[str, str], *, ordered: bool = False) -> Any:
    match value:
        case dict():
            return {
                key: _renamed(item, names, ordered=ordered or key == "CacheBehaviors")
                for key, item in value.items()
            }
        case list() | tuple():
            items = [_renamed(item, names) for item in value]
            return items if ordered else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        case str():
            return re.sub("|".join(names), lambda found: names[found.group()], value)
    return value
