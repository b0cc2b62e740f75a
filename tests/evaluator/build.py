"""Short ways to write states: a bucket with a policy, a distribution with behaviors."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.evaluator.state import ACCOUNT, OPEN, OWNER, Bucket, Distribution, Json, State, Version

MEDIA = "media"
OURS = "E0OURS00000000"
OAC, OAI, OAI_USER = "E0OAC000000000", "E0OAI000000000", "a" * 96
OAI_ARN = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {OAI}"
OUR_ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{OURS}"


def statement(principal: Any = "*", condition: Json | None = None, **changes: Any) -> Json:
    """An Allow statement for every object of the bucket; `Principal=None` in `changes` leaves the member out."""
    result = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{MEDIA}/*",
        **({"Condition": condition} if condition else {}),
        **changes,
    }
    return {term: value for term, value in result.items() if value is not None}


def policy(*statements: Json) -> Json:
    """A policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def bucket(
    *statements: Json,
    block: Mapping[str, bool] = OPEN,
    ownership: str = "BucketOwnerEnforced",
    **changes: Any,
) -> Bucket:
    """The bucket, with a policy of these statements if there are any."""
    document = policy(*statements) if statements else None
    return Bucket(MEDIA, document, ownership, block, **changes)


def acl(*grants: tuple[str, str], owner: str = OWNER) -> Json:
    """An ACL that grants permissions to canonical users or groups, beside the owner's own grant."""
    rows = [
        {"Grantee": {"URI": who} if who.startswith("http") else {"ID": who}, "Permission": permission}
        for who, permission in ((owner, "FULL_CONTROL"), *grants)
    ]
    return {"Owner": {"ID": owner}, "Grants": rows}


def items(values: Sequence[Any]) -> Json:
    """A list as CloudFront has it."""
    return {"Quantity": len(values), **({"Items": list(values)} if values else {})}


EVERY_METHOD = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")


def behavior(
    pattern: str = "",
    *,
    groups: Sequence[str] = (),
    signers: Sequence[str] = (),
    to: str = "s3",
    writes: bool = False,
) -> Json:
    """A behavior; without a pattern, the default one. One that `writes` passes on every method."""
    return {
        **({"PathPattern": pattern} if pattern else {}),
        "TargetOriginId": to,
        "AllowedMethods": items(EVERY_METHOD if writes else ("GET", "HEAD")),
        "TrustedKeyGroups": {"Enabled": bool(groups), **items(groups)},
        "TrustedSigners": {"Enabled": bool(signers), **items(signers)},
    }


def origin(
    id_: str = "s3", *, name: str = MEDIA, control: str = OAC, identity: str = "", path: str = ""
) -> Json:
    """An origin that reads a bucket by an origin access control, or by an identity, or by neither."""
    named = f"origin-access-identity/cloudfront/{identity}" if identity else ""
    return {
        "Id": id_,
        "DomainName": f"{name}.s3.us-east-1.amazonaws.com",
        "OriginPath": path,
        "OriginAccessControlId": "" if identity else control,
        "S3OriginConfig": {"OriginAccessIdentity": named},
    }


def group(id_: str, codes: Sequence[int], *members: str) -> Json:
    """An origin group."""
    return {
        "Id": id_,
        "FailoverCriteria": {"StatusCodes": items(codes)},
        "Members": items([{"OriginId": each} for each in members]),
    }


def config(
    *behaviors: Json,
    default: Json | None = None,
    origins: Sequence[Json] = (),
    groups: Sequence[Json] = (),
    enabled: bool = True,
    root: str = "",
) -> Json:
    """A distribution's configuration; without `default`, the key group ``staff`` must sign."""
    return {
        "Enabled": enabled,
        "DefaultRootObject": root,
        "Origins": items(origins or (origin(),)),
        "OriginGroups": items(groups),
        "DefaultCacheBehavior": default or behavior(groups=("staff",)),
        "CacheBehaviors": items(behaviors),
    }


def streaming(*signers: str, identity: str = OAI, enabled: bool = True) -> Json:
    """A streaming distribution's configuration."""
    return {
        "Enabled": enabled,
        "S3Origin": {
            "DomainName": f"{MEDIA}.s3.amazonaws.com",
            "OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}" if identity else "",
        },
        "TrustedSigners": {"Enabled": bool(signers), **items(signers)},
    }


KEYS = {"staff": ("spring", "autumn"), "press": ("press",)}
"""The key groups, with their keys."""


def distribution(*configs: Json, id_: str = OURS, kind: str = "distribution") -> Distribution:
    """A distribution; with several configurations, one that is not Deployed."""
    return Distribution(id_, tuple(Version(each, KEYS) for each in configs), kind)


def state(one: Bucket, *distributions: Distribution, signing: str = "always", **changes: Any) -> State:
    """An account with one bucket, an origin access control and an origin access identity."""
    return State(
        buckets={one.name: one, **changes.pop("others", {})},
        distributions=distributions,
        identities={OAI: OAI_USER},
        controls={OAC: {"SigningBehavior": signing}},
        **changes,
    )
