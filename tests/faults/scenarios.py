"""The scenarios as data: the specs before and after, and the writes between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults.account import BY_HAND, FEW_OBJECTS, FOREIGN_IDENTITY, OBJECTS
from tests.world.faults import Write, numbered

Spec = Mapping[str, Any]

KEYS = Path(__file__).parents[2] / "examples" / "keys"


@dataclass(frozen=True)
class Scenario:
    """One change of specs, applied to an account that others also use.

    `writes` are those of a run without a fault; `readers` has who can read at the end, by object of the first stack's
    bucket.
    """

    name: str
    before: tuple[Spec, ...]
    after: tuple[Spec, ...]
    writes: tuple[Write, ...]
    readers: Mapping[str, frozenset[str]]
    allow: frozenset[str] = frozenset()
    """The hazards that it has, all of them."""
    later: timedelta = timedelta(minutes=1)
    """How long after the specs before those after are applied."""
    reversible: bool = True
    """Whether the specs before, applied again, undo it all: no behavior is ever deleted."""

    @property
    def bucket(self) -> str:
        name = self.after[0]["bucket"]
        return str(name["name"] if isinstance(name, Mapping) else name)


def scenario(
    name: str,
    *writes: str,
    before: Spec | None = None,
    after: Spec | tuple[Spec, ...],
    readers: Mapping[str, frozenset[str]],
    allow: tuple[str, ...] = (),
    later: timedelta = timedelta(minutes=1),
    reversible: bool = True,
) -> Scenario:
    """Return a scenario with its writes as text; ``put_object_acl*2`` means two."""
    operations = [word.partition("*") for word in writes]
    counted = [operation for operation, _, times in operations for _ in range(int(times or 1))]
    return Scenario(
        name,
        (before,) if before else (),
        after if isinstance(after, tuple) else (after,),
        numbered(counted),
        readers,
        frozenset(allow),
        later,
        reversible and before is not None,
    )


def group(name: str, *keys: str, replaces: str = "") -> Spec:
    """Return a key group of a spec. Its last key replaces the named one."""
    rows: list[dict[str, Any]] = [{"name": key, "file": str(KEYS / f"{key}.pub.pem")} for key in keys]
    if replaces:
        rows[-1]["replaces"] = [replaces]
    return {"name": name, "public_keys": rows}


def changed(spec: Spec, *without: str, **changes: Any) -> Spec:
    """Return `spec` with changes."""
    return {key: value for key, value in spec.items() if key not in without} | changes


def all_by(*who: str, objects: Sequence[str] = OBJECTS) -> dict[str, frozenset[str]]:
    """Return that every object is read by these readers only."""
    return dict.fromkeys(objects, frozenset(who))


def few_by(*who: str) -> dict[str, frozenset[str]]:
    """Return the same for a bucket whose objects have ACLs."""
    return all_by(*who, objects=FEW_OBJECTS)


OLD, NEW, EDITORS = "campus-2026-05", "campus-2026-11", "newsroom-editors-2026-11"
SIGNED = f"key {OLD}"
BY_SELF = "signer self"

HTTP: Spec = {
    "version": 1,
    "name": "lectures",
    "bucket": "lectures",
    "comment": "Private lectures",
    "key_groups": [group("signers", OLD)],
}
ROTATING = changed(HTTP, key_groups=[group("signers", OLD, NEW, replaces=OLD)])
POSTERS = changed(HTTP, http={"behaviors": [{"path": "/posters/*", "public": True}]})
BY_ACCOUNT = changed(HTTP, "key_groups", trusted_signers=["self"])
SOME_CLIPS = changed(HTTP, grant={"prefix": "clips/"})
OAI = changed(HTTP, oai={})
FOREIGN_OAI = changed(HTTP, oai={"id": FOREIGN_IDENTITY})
OPEN_POSTERS = changed(OAI, "key_groups", public=True, grant={"prefix": "posters/"})
BY_OBJECTS = changed(OAI, bucket="lectures-acl", grant={"via": "object-acl"})
BY_POLICY = changed(BY_OBJECTS, "grant")
RTMP: Spec = {
    "version": 1,
    "name": "lectures",
    "delivery": "rtmp",
    "bucket": "lectures-acl",
    "comment": "Private lectures",
    "cnames": ["media.example.com"],
    "oai": {},
    "grant": {"via": "object-acl", "permission": "FULL_CONTROL"},
    "trusted_signers": ["self"],
}
ADOPTED: Spec = {
    "version": 1,
    "name": "lectures",
    "adopt": BY_HAND,
    "bucket": "by-hand",
    "comment": "adopted",
    "trusted_signers": ["self"],
    "tags": {"team": "media"},
}

NEW_OAC = "create_origin_access_control"
NEW_OAI = "create_cloud_front_origin_access_identity"
NO_OAC = "delete_origin_access_control"
NO_OAI = "delete_cloud_front_origin_access_identity"
NEW_SIGNERS = ("create_public_key", "create_key_group")
CREATED = "create_distribution_with_tags"
UPDATED = "update_distribution"
POLICY = "put_bucket_policy"
OBJECT_ACLS = f"put_object_acl*{len(FEW_OBJECTS)}"

SCENARIOS: tuple[Scenario, ...] = (
    scenario("new http stack", NEW_OAC, *NEW_SIGNERS, CREATED, POLICY, after=HTTP, readers=all_by(SIGNED)),
    scenario(
        "new http stack and its bucket",
        *("create_bucket", NEW_OAC, *NEW_SIGNERS, CREATED, POLICY),
        after=changed(HTTP, bucket={"name": "new-media", "create": True}),
        readers={},
    ),
    scenario(
        "new rtmp stack",
        *(NEW_OAI, "create_streaming_distribution_with_tags", OBJECT_ACLS),
        after=RTMP,
        readers=few_by(BY_SELF),
    ),
    scenario(
        "rtmp comment",
        "update_streaming_distribution",
        before=RTMP,
        after=changed(RTMP, comment="The recipe of 2011"),
        readers=few_by(BY_SELF),
    ),
    scenario("comment", UPDATED, before=HTTP, after=changed(HTTP, comment="Members"), readers=all_by(SIGNED)),
    scenario(
        "oai to oac", NEW_OAC, POLICY, UPDATED, POLICY, NO_OAI, before=OAI, after=HTTP, readers=all_by(SIGNED)
    ),
    scenario(
        "oac to oai", NEW_OAI, POLICY, UPDATED, POLICY, NO_OAC, before=HTTP, after=OAI, readers=all_by(SIGNED)
    ),
    scenario(
        "oai to somebody's oai",
        *(POLICY, UPDATED, POLICY, NO_OAI),
        before=OAI,
        after=FOREIGN_OAI,
        readers=all_by(SIGNED),
    ),
    scenario(
        "objects to policy",
        *(POLICY, OBJECT_ACLS, "untag_resource"),
        before=BY_OBJECTS,
        after=BY_POLICY,
        readers=few_by(SIGNED),
    ),
    scenario(
        "policy to objects",
        *("tag_resource", OBJECT_ACLS, "delete_bucket_policy"),
        before=BY_POLICY,
        after=BY_OBJECTS,
        readers=few_by(SIGNED),
    ),
    scenario(
        "objects to oac",
        *(NEW_OAC, POLICY, UPDATED, OBJECT_ACLS, "untag_resource", NO_OAI),
        before=BY_OBJECTS,
        after=changed(BY_POLICY, "oai"),
        readers=few_by(SIGNED),
    ),
    scenario(
        "prefix narrowed",
        POLICY,
        before=HTTP,
        after=SOME_CLIPS,
        readers={"clips/trailer.mp4": frozenset({SIGNED})},
        allow=("cuts-viewers",),
    ),
    scenario(
        "prefix widened",
        POLICY,
        before=SOME_CLIPS,
        after=HTTP,
        readers=all_by(SIGNED),
        allow=("widens-grant",),
    ),
    scenario(
        "key added",
        *("create_public_key", "update_key_group"),
        before=HTTP,
        after=ROTATING,
        readers=all_by(SIGNED, f"key {NEW}"),
    ),
    scenario(
        "old key detached after its grace",
        *("update_key_group", "delete_public_key"),
        before=ROTATING,
        after=changed(HTTP, key_groups=[group("signers", NEW, replaces=OLD)]),
        readers=all_by(f"key {NEW}"),
        later=timedelta(hours=25),
    ),
    scenario(
        "key group replaced",
        *(*NEW_SIGNERS, UPDATED, "delete_key_group", "delete_public_key"),
        before=HTTP,
        after=changed(HTTP, key_groups=[group("members", NEW)]),
        readers=all_by(f"key {NEW}"),
        allow=("cuts-viewers",),
    ),
    scenario(
        "trusted signers to key groups",
        *(*NEW_SIGNERS, UPDATED),
        before=BY_ACCOUNT,
        after=HTTP,
        readers=all_by(SIGNED),
        allow=("cuts-viewers",),
    ),
    scenario(
        "another bucket",
        *("tag_resource", POLICY, UPDATED, POLICY, "untag_resource"),
        before=HTTP,
        after=changed(HTTP, bucket="archive"),
        readers=all_by(SIGNED),
    ),
    scenario(
        "another bucket, by objects",
        *("tag_resource", OBJECT_ACLS, UPDATED, OBJECT_ACLS, "untag_resource"),
        before=BY_OBJECTS,
        after=changed(BY_OBJECTS, bucket="archive-acl"),
        readers=few_by(SIGNED),
    ),
    scenario(
        "another bucket, objects to oac",
        *(NEW_OAC, "tag_resource", POLICY, UPDATED, OBJECT_ACLS, "untag_resource", "untag_resource", NO_OAI),
        before=BY_OBJECTS,
        after=HTTP,
        readers=all_by(SIGNED),
    ),
    scenario(
        "behaviors added and opened",
        *(*NEW_SIGNERS, UPDATED),
        before=changed(HTTP, http={"behaviors": [{"path": "/posters/*"}]}),
        after=changed(
            HTTP,
            http={
                "behaviors": [
                    {"path": "/posters/*", "public": True},
                    {"path": "/clips/*", "key_groups": [group("editors", EDITORS)]},
                ]
            },
        ),
        readers={
            "lecture.mp4": frozenset({SIGNED}),
            "posters/lecture.jpg": frozenset({"anyone"}),
            "clips/trailer.mp4": frozenset({f"key {EDITORS}"}),
        },
        allow=("makes-public", "cuts-viewers"),
        reversible=False,
    ),
    scenario("behavior closed", UPDATED, before=POSTERS, after=HTTP, readers=all_by(SIGNED)),
    scenario(
        "private, with a wider grant",
        *(*NEW_SIGNERS, UPDATED, POLICY),
        before=OPEN_POSTERS,
        after=OAI,
        readers=all_by(SIGNED),
        allow=("widens-grant",),
    ),
    scenario(
        "private, with a wider grant to an oac",
        *(NEW_OAC, *NEW_SIGNERS, POLICY, UPDATED, POLICY, NO_OAI),
        before=OPEN_POSTERS,
        after=HTTP,
        readers=all_by(SIGNED),
        allow=("widens-grant",),
    ),
    scenario(
        "private, with a wider grant to somebody's oai",
        *(*NEW_SIGNERS, POLICY, UPDATED, POLICY, POLICY, NO_OAI),
        before=OPEN_POSTERS,
        after=FOREIGN_OAI,
        readers=all_by(SIGNED),
        allow=("widens-grant",),
    ),
    scenario(
        "two stacks on one bucket",
        *(NEW_OAC, NEW_OAI, *NEW_SIGNERS, *NEW_SIGNERS, CREATED, CREATED, POLICY, POLICY),
        after=(HTTP, changed(OAI, name="seminars", key_groups=[group("seminar-signers", NEW)])),
        readers=all_by(SIGNED, f"key {NEW}"),
    ),
    scenario(
        "other signers and a wider grant",
        *(UPDATED, POLICY, "delete_key_group", "delete_public_key"),
        before=SOME_CLIPS,
        after=BY_ACCOUNT,
        readers=all_by(BY_SELF),
        allow=("cuts-viewers", "widens-grant"),
    ),
    scenario(
        "another key and a wider grant",
        *("create_public_key", "update_key_group", POLICY, "delete_public_key"),
        before=SOME_CLIPS,
        after=changed(HTTP, key_groups=[group("signers", NEW)]),
        readers=all_by(f"key {NEW}"),
        allow=("cuts-viewers", "widens-grant"),
    ),
    scenario(
        "another key and a narrower grant",
        *(POLICY, "create_public_key", "update_key_group", "delete_public_key"),
        before=HTTP,
        after=changed(SOME_CLIPS, key_groups=[group("signers", NEW)]),
        readers={"clips/trailer.mp4": frozenset({f"key {NEW}"})},
        allow=("cuts-viewers",),
    ),
    scenario(
        "stack disabled, with a wider grant",
        *(UPDATED, POLICY),
        before=SOME_CLIPS,
        after=changed(HTTP, enabled=False),
        readers={},
        allow=("cuts-viewers", "widens-grant"),
    ),
    scenario(
        "stack disabled",
        UPDATED,
        before=HTTP,
        after=changed(HTTP, enabled=False),
        readers={},
        allow=("cuts-viewers",),
    ),
    scenario(
        "distribution adopted",
        *(NEW_OAC, POLICY, UPDATED, "tag_resource"),
        after=ADOPTED,
        readers=all_by(BY_SELF),
    ),
)
