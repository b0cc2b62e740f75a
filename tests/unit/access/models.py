"""Worlds made by hand: one bucket, and what leads to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import (
    AclGrant,
    Block,
    BucketState,
    CacheBehavior,
    Delivery,
    Distribution,
    ObjectAcls,
    ObjectClass,
    Origin,
    PathPattern,
    Signers,
)
from cfstream.values import Json, Known

ACCOUNT, OTHER = "123456789012", "111122223333"
BUCKET = "media"
OAI, USER = "E2OAI", "7" * 96
ALL_BLOCKED = Block(acls=True, ignore_acls=True, policy=True, restrict=True)
GROUPS: dict[Known, GroupState] = {
    "G1": GroupState("lectures-signers", frozenset({"K1"})),
    "G2": GroupState("newsroom-signers", frozenset({"K2"})),
}


def arn_of(id_: str) -> str:
    """Return the ARN of a distribution of the account."""
    return f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}"


def origin(id_: str = "s3", path: str = "", bucket: str = BUCKET, **access: str) -> Origin:
    """Return an origin that reads a bucket, with `oai_id` or `oac_id`."""
    return Origin(id_, f"{bucket}.s3.eu-west-1.amazonaws.com", path, **access)


def behavior(
    path: str, *groups: str, origins: Sequence[Origin] = (), accounts: Sequence[str] = ()
) -> CacheBehavior:
    """Return a behavior that these key groups and accounts sign for; the default one without a path."""
    pattern = PathPattern(path or "*")
    return CacheBehavior(pattern, "s3", tuple(origins), Signers(tuple(accounts), groups), default=not path)


def distribution(
    id_: str,
    *behaviors: CacheBehavior,
    oai: str = "",
    oac: str = "",
    enabled: bool = True,
    path: str = "",
    delivery: Delivery = Delivery.HTTP,
) -> Distribution:
    """Return a distribution with one origin; behaviors without origins lead to it."""
    only = origin(path=path, oai_id=oai, oac_id=oac)
    whole = tuple(each if each.origins else replace(each, origins=(only,)) for each in behaviors)
    origins = tuple(dict.fromkeys(one for each in whole for one in each.origins))
    return Distribution(delivery, id_, arn_of(id_), enabled, origins, whole)


def allow(sid: str, principal: Any, keys: str = "*", **more: Any) -> Json:
    """Return a statement that lets somebody read keys of the bucket."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{keys}",
        **more,
    }


def to_oac(id_: str = "E1", keys: str = "*", sid: str = "ours") -> Json:
    """Return a statement for one distribution of the account."""
    source = {"StringEquals": {"AWS:SourceArn": arn_of(id_)}}
    return allow(sid, {"Service": "cloudfront.amazonaws.com"}, keys, Condition=source)


def to_oai(keys: str = "*", sid: str = "ours", oai: str = OAI) -> Json:
    """Return a statement for an OAI."""
    return allow(sid, {"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {oai}"}, keys)


def objects(**grantees: Sequence[str]) -> ObjectAcls:
    """Return objects by key, each with READ for these grantees."""
    classes = (
        ObjectClass(frozenset(AclGrant(each, "READ") for each in readers), (key.replace("_", "."),))
        for key, readers in grantees.items()
    )
    return ObjectAcls(tuple(classes))


def model(*distributions: Distribution, policy: Sequence[Json] = (), **more: Any) -> AccessModel:
    """Return a model whose own distribution is E1. `more` are fields of the bucket's state or of the model."""
    of_model = {
        name: more.pop(name) for name in ("stacks", "unsigned_controls", "identities") if name in more
    }
    document = {"Version": "2012-10-17", "Statement": list(policy)} if policy else None
    bucket = BucketState(BUCKET, policy=document, **{"block": ALL_BLOCKED, **more})
    return AccessModel(
        ACCOUNT,
        bucket,
        distributions=distributions,
        own="E1",
        groups=GROUPS,
        **{"identities": {USER: OAI}, "stacks": {"E1": "lectures"}, **of_model},
    )
