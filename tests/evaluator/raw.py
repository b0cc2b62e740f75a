"""The state of a sandbox, read from the objects in which it is kept; not from an API, and not through cfstream.

moto keeps S3 and the access points; the sandbox's CloudFront is given as `world` and only read.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.s3.models import OWNER, s3_backends
from moto.s3control.models import s3control_backends

from tests.evaluator.state import (
    ACCOUNT,
    AccessPoint,
    Bucket,
    Distribution,
    Json,
    State,
    Version,
)

OBJECT_WRITER = "ObjectWriter"


class Watcher:
    """Reads the state again and again, and remembers the versions of distributions that edges may still have."""

    def __init__(self) -> None:
        self._versions: dict[str, tuple[Version, ...]] = {}

    def observe(self, world: Any) -> State:
        """The state now. A Deployed distribution has one version, any other its older ones too."""
        known, self._versions = self._versions, {}
        for record in (*world.distributions, *world.streaming):
            now = _version(world, record.config)
            older = () if world.deployed(record) else known.get(record.id) or _at_edge(world, record)
            self._versions[record.id] = (*(each for each in older if each != now), now)
        return State(
            buckets={name: bucket_of(raw) for name, raw in s3_backends[ACCOUNT]["aws"].buckets.items()},
            distributions=tuple(self._distributions(world)),
            identities={each.id: each.canonical_user for each in world.identities},
            controls={each.id: each.config for each in world.controls},
            access_points=tuple(_access_points()),
            owner=OWNER,
        )

    def _distributions(self, world: Any) -> Iterable[Distribution]:
        for shelf, kind in (
            (world.distributions, "distribution"),
            (world.streaming, "streaming-distribution"),
        ):
            for record in shelf:
                yield Distribution(record.id, self._versions[record.id], kind)


def _version(world: Any, config: Json) -> Version:
    groups = {each.id: each.config["Items"] for each in world.key_groups}
    return _named(world, config, {id_: groups[id_] for id_ in _groups_in(config) if id_ in groups})


def _named(world: Any, config: Json, groups: Mapping[str, Iterable[str]]) -> Version:
    """A version whose keys go by their names; a key that was deleted, by its id."""
    names = {each.id: each.config["Name"] for each in world.public_keys}
    return Version(config, {id_: tuple(names.get(key, key) for key in keys) for id_, keys in groups.items()})


def _at_edge(world: Any, record: Any) -> tuple[Version, ...]:
    """What the edges had before the state was first looked at."""
    held = record.at_edge
    return (_named(world, held.config, held.key_groups),) if held else ()


def _groups_in(config: Json) -> set[str]:
    if "DefaultCacheBehavior" not in config:
        return set()
    behaviors = [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", ())]
    return {group for each in behaviors for group in each["TrustedKeyGroups"].get("Items", ())}


def bucket_of(raw: Any) -> Bucket:
    """A bucket as moto keeps it."""
    return Bucket(
        name=raw.name,
        policy=json.loads(raw.policy) if raw.policy else None,
        ownership=str(raw.ownership_rule or OBJECT_WRITER),
        block=block_of(raw.public_access_block, s3control_backends[ACCOUNT]["aws"].public_access_block),
        acl=acl_of(raw.acl),
        objects={key.name: acl_of(key.acl) for key in raw.keys.values() if hasattr(key, "acl")},
    )


SWITCHES = {
    "BlockPublicAcls": "block_public_acls",
    "IgnorePublicAcls": "ignore_public_acls",
    "BlockPublicPolicy": "block_public_policy",
    "RestrictPublicBuckets": "restrict_public_buckets",
}


def block_of(*blocks: Any) -> Mapping[str, bool]:
    """The bucket's block public access and the account's together. moto keeps booleans, or texts."""
    return {
        name: any(block and str(getattr(block, member)).lower() == "true" for block in blocks)
        for name, member in SWITCHES.items()
    }


def acl_of(raw: Any) -> Json | None:
    """An ACL as GetObjectAcl returns it; None for the default."""
    if raw is None:
        return None
    grants = [
        {"Grantee": {"ID": grantee.id} if grantee.id else {"URI": grantee.uri}, "Permission": permission}
        for grant in raw.grants
        for grantee in grant.grantees
        for permission in grant.permissions
    ]
    return {"Owner": {"ID": getattr(raw, "owner", OWNER)}, "Grants": grants}


def _access_points() -> Iterable[AccessPoint]:
    for point in s3control_backends[ACCOUNT]["aws"].access_points[ACCOUNT].values():
        block = {name: str(point.pubc.get(name)).lower() == "true" for name in SWITCHES}
        policy = json.loads(point.policy) if point.policy else None
        yield AccessPoint(point.name, point.bucket, point.alias or "", policy=policy, block=block)
