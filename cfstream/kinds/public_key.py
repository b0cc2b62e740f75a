"""Public keys: what signatures are checked with. A key never changes in AWS; a new one is a new resource.

This module has the keys of the spec's files, and those of ours that no spec and no group has any more. Which group a
key belongs to, and when it may leave it, is in `key_group`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cfstream.errors import Problem
from cfstream.kinds.key_group import keys_after
from cfstream.kinds.key_group.observed import KEYS, PUBLIC_KEY, live_groups
from cfstream.ports import Call, Reads
from cfstream.spec.keys import NotAPublicKey, PemKey, der_digest
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.declared_keys import DeclaredKey, declared_keys
from cfstream.stack.neighbors import Unwanted, bearer, neighbors, with_orphans
from cfstream.stack.proposal import Landscape, Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Json, Known, Ref, digest

if TYPE_CHECKING:
    from datetime import datetime

KIND = PUBLIC_KEY
CONFIG = "PublicKeyConfig"


@dataclass(frozen=True)
class WantedKey:
    """A key that the spec names, and what its file holds."""

    declared: DeclaredKey
    pem: PemKey


@dataclass(frozen=True)
class LiveKey:
    """A row of ListPublicKeys. `der_sha256` is the digest of the key itself; None for what is no PEM."""

    id: str
    name: str
    comment: str
    der_sha256: str | None
    created: "datetime | None" = None


@dataclass(frozen=True)
class LiveKeys:
    """All public keys of the account, sorted by id."""

    all: tuple[LiveKey, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    """By id the name of a group that holds the key after the plan, where that is none of the spec's own."""

    def named(self, name: str) -> LiveKey | None:
        return next((key for key in self.all if key.name == name), None)


class PublicKeyKind:
    """The kind ``public-key``."""

    name = KIND

    def desire(self, scene: Scene) -> tuple[WantedKey, ...] | None:
        """Every key of every group that the spec makes, each once."""
        if scene.destroying:
            return None
        keys = scene.stack.public_keys
        return tuple(WantedKey(key, keys[key.name]) for key in declared_keys(scene.stack.spec)) or None

    def observe(self, aws: Reads, scene: Scene, want: tuple[WantedKey, ...] | None) -> LiveKeys:  # noqa: ARG002
        """Lists keys, groups and distributions. Raises as `Reads.read`."""
        rows = sorted((_live(row, scene) for row in aws.items(KEYS)), key=lambda key: key.id)
        return LiveKeys(tuple(rows), keys_after(scene, live_groups(aws, scene), neighbors(aws, scene)))

    def propose(
        self,
        scene: Scene,
        want: tuple[WantedKey, ...] | None,
        have: LiveKeys,
        land: Landscape,  # noqa: ARG002
    ) -> Proposal:
        """Creates the keys that are missing, deletes those of ours that are wanted by nobody and in no group.

        Brings ``id`` at ``public-key:<stack>/<name>``, and for a live key ``created``, in ISO 8601.
        """
        want = want or ()
        parts = [_propose(scene, key, have.named(key.declared.name)) for key in want]
        brings: dict[Address, Mapping[str, Known]] = {}
        for part in parts:
            brings.update(part.brings)
        wanted = Proposal(
            steps=tuple(step for part in parts for step in part.steps),
            brings=brings,
            relied_on=tuple(relied for part in parts for relied in part.relied_on),
            problems=tuple(problem for part in parts for problem in part.problems),
        )
        names = {key.declared.name for key in want}
        ours = (live for live in have.all if live.name not in names and scene.owns(live.comment))
        return with_orphans(wanted, (_unwanted(scene, live, have) for live in ours))


def _live(row: Json, scene: Scene) -> LiveKey:
    try:
        der_sha256 = der_digest(row["EncodedKey"])
    except NotAPublicKey:
        der_sha256 = None
    created = scene.moment(row.get("CreatedTime"))
    return LiveKey(row["Id"], row["Name"], row.get("Comment") or "", der_sha256, created)


def _propose(scene: Scene, want: WantedKey, live: LiveKey | None) -> Proposal:
    address = scene.address(KIND, want.declared.name)
    if live is None:
        step = _create(scene, want)
        return Proposal(steps=(step,), brings={address: {"id": Ref(step.id, "id")}})
    problem = _in_the_way(scene, want, live)
    if problem is not None:
        return Proposal(problems=(problem,))
    brings: dict[str, Known] = {"id": live.id}
    if live.created is not None:
        brings["created"] = live.created.isoformat()
    return Proposal(
        brings={address: brings}, relied_on=(Relied(address, _digest(live), content=_content(live)),)
    )


def _in_the_way(scene: Scene, want: WantedKey, live: LiveKey) -> Problem | None:
    """Why the live key of this name is not the one that the spec means; None when it is."""
    key = want.declared
    if not scene.owns(live.comment):
        return scene.stack.problem(
            f"there is a public key {live.name} ({live.id}) already, and {bearer(live.comment)}",
            "give yours another name, or trust the group that the other one is in: `use: <its name>`",
            *key.path,
            "name",
        )
    if live.der_sha256 != want.pem.der_sha256:
        return scene.stack.problem(
            f"{key.file} is not the key that {live.name} ({live.id}) is, and no public key can change in AWS",
            "give the new key a new name",
            *key.path,
            "file",
        )
    return None


def _create(scene: Scene, want: WantedKey) -> Create:
    key = want.declared
    reference = caller_reference(scene.account, f"{scene.name}/{key.name}", KIND)
    return Create(
        address=scene.address(KIND, key.name),
        stage=Stage.KEYS,
        because="no public key of that name",
        line=scene.stack.line(*key.path, "name"),
        changes=(Change(f"{key.field}.file", None, key.file),),
        call=Call(
            "cloudfront",
            "create_public_key",
            {
                CONFIG: {
                    "CallerReference": reference,
                    "Name": key.name,
                    "EncodedKey": want.pem.pem,
                    "Comment": scene.mark,
                }
            },
        ),
        outputs={"id": "PublicKey.Id", "created": "PublicKey.CreatedTime"},
        twin=Twin(
            listing=KEYS,
            row_id="Id",
            row={"Name": key.name},
            detail="get_public_key",
            match={f"PublicKey.{CONFIG}.Name": key.name},
            content=f"PublicKey.{CONFIG}",
        ),
        document=CONFIG,
        reference=f"{CONFIG}.CallerReference",
    )


def _unwanted(scene: Scene, live: LiveKey, have: LiveKeys) -> Unwanted:
    delete = Delete(
        address=scene.address(KIND, live.name),
        stage=Stage.DELETE_KEYS,
        because="ours, and in no key group any more",
        changes=(Change(f"public_keys[{live.name}]", live.id, None),),
        call=Call("cloudfront", "delete_public_key", {"Id": live.id}),
        read=Call("cloudfront", "get_public_key_config", {"Id": live.id}),
        content=CONFIG,
        base={"Name": live.name, "Comment": live.comment},
    )
    users = (f"key group {have.held[live.id]}",) if live.id in have.held else ()
    return Unwanted(f"the public key {live.name}", _digest(live), delete, users)


def _digest(live: LiveKey) -> str:
    return digest(_content(live))


def _content(live: LiveKey) -> Json:
    return {"id": live.id, "comment": live.comment, "der": live.der_sha256}
