"""Origin access controls (OAC): how CloudFront signs what it asks of a private bucket.

Lives here: the stack's own control, one that the spec refers to by id, and those of ours that nothing uses
any more. Does not live here: which origin it is set on (`distribution`), and what CloudFront may read
(`bucket_policy`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from cfstream.domain.unknown_members import unknown_members
from cfstream.errors import Notice, Problem
from cfstream.ports import Call, Reads
from cfstream.stack.neighbors import (
    Neighbor,
    Unwanted,
    access_users,
    bearer,
    default_access,
    neighbors,
    with_orphans,
)
from cfstream.stack.proposal import Landscape, Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.values import ETag, Json, Ref, digest

KIND = "origin-access-control"
CONFIG = "OriginAccessControlConfig"
LISTING = Call("cloudfront", "list_origin_access_controls")

FIELDS: Mapping[str, str] = {
    "Name": "oac.name",
    "OriginAccessControlOriginType": "oac.origin_type",
    "SigningBehavior": "oac.signing_behavior",
    "SigningProtocol": "oac.signing_protocol",
}
"""The fields that we own, and their names in a plan. Of the description only the mark in front is ours."""

REASONS: Mapping[str, str] = {
    "never": "signing is off: CloudFront would read the bucket as anyone does",
    "no-override": "a viewer's Authorization header would go to S3 in place of CloudFront's signature",
}
"""What is wrong with a signing behavior other than ``always``
(Developer Guide, "Restrict access to an Amazon S3 origin")."""


@dataclass(frozen=True)
class OwnControl:
    """A control that the stack makes: the fields that we own, and the description of a new one."""

    fields: Mapping[str, str]
    description: str

    @property
    def name(self) -> str:
        return self.fields["Name"]


@dataclass(frozen=True)
class UsedControl:
    """A control that exists: referred to, never changed."""

    id: str


WantedControl: TypeAlias = OwnControl | UsedControl


@dataclass(frozen=True)
class LiveControl:
    """A row of ListOriginAccessControls, which has the whole config but not its ETag."""

    id: str
    description: str
    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.fields["Name"]

    @property
    def never_signs(self) -> bool:
        """Whether CloudFront asks S3 as anyone does for all distributions that use it."""
        return self.fields["SigningBehavior"] == "never"


@dataclass(frozen=True)
class LiveControls:
    """All controls of the account, sorted by id, and who uses them."""

    all: tuple[LiveControl, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()
    own: LiveControl | None = None
    """The one that is the stack's, whether it is wanted or not."""
    config: Json | None = None
    """The document of `own`, read when it has drifted."""
    etag: ETag | None = None
    unknown: tuple[str, ...] = ()
    """Members of its document that the installed botocore does not know."""


class OriginAccessControlKind:
    """The kind ``origin-access-control``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedControl | None:
        """One that exists, or ours: named ``cfstream-<name>``, signing always, with SigV4, for S3."""
        spec = scene.stack.spec
        if spec.identity != "oac":
            return None
        if spec.oac and spec.oac.id:
            return UsedControl(spec.oac.id)
        if scene.destroying:
            return None
        fields = {
            "Name": own_name(scene),
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
        return OwnControl(fields, scene.mark)

    def observe(self, aws: Reads, scene: Scene, want: WantedControl | None) -> LiveControls:
        """Lists controls and distributions; reads one config when it has drifted. Raises as `Reads.read`."""
        rows = tuple(sorted(map(_live, aws.items(LISTING)), key=lambda live: live.id))
        others = neighbors(aws, scene)
        own = _chosen(scene, [row for row in rows if scene.owns(row.description)], default_access(others)[1])
        have = LiveControls(rows, others, own)
        if own is None or not isinstance(want, OwnControl) or own.fields == want.fields:
            return have
        reply = aws.read(_config_call(own.id))
        return replace(
            have,
            config=reply[CONFIG],
            etag=ETag(reply["ETag"]),
            unknown=unknown_members(reply, CONFIG),
        )

    def propose(
        self,
        scene: Scene,
        want: WantedControl | None,
        have: LiveControls,
        land: Landscape,  # noqa: ARG002
    ) -> Proposal:
        """Creates ours, mends what drifted, deletes those of ours that nothing uses after the plan.

        Brings ``id`` at ``origin-access-control:<stack>``.
        """
        match want:
            case OwnControl():
                wanted = _propose_own(scene, want, have)
                kept = have.own.id if have.own else ""
            case UsedControl():
                wanted = Proposal() if scene.destroying else _propose_used(scene, want, have)
                kept = want.id
            case None:
                wanted, kept = Proposal(), ""
        ours = (live for live in have.all if live.id != kept and scene.owns(live.description))
        return with_orphans(wanted, (_unwanted(scene, live, have) for live in ours))


def own_name(scene: Scene) -> str:
    """The name of the stack's own control; AWS takes 64 characters (shape OriginAccessControlConfig)."""
    return f"cfstream-{scene.name}"


def _live(row: Json) -> LiveControl:
    return LiveControl(
        row["Id"], row.get("Description") or "", {name: row.get(name) or "" for name in FIELDS}
    )


def _chosen(scene: Scene, ours: Sequence[LiveControl], used: str) -> LiveControl | None:
    """Of several that bear our mark the one of our name, else the one in use, else that of the lowest id."""
    return min(ours, key=lambda live: (live.name != own_name(scene), live.id != used, live.id), default=None)


def _propose_own(scene: Scene, want: OwnControl, have: LiveControls) -> Proposal:
    taken = next(
        (live for live in have.all if live.name == want.name and not scene.owns(live.description)), None
    )
    if taken is not None:
        return Proposal(problems=(_taken(scene, taken),))
    address = scene.address(KIND)
    if have.own is None:
        step = _create(scene, want)
        return Proposal(steps=(step,), brings={address: {"id": Ref(step.id, "id")}})
    return Proposal(
        steps=_modify(scene, want, have, have.own),
        brings={address: {"id": have.own.id}},
        relied_on=(Relied(address, _digest(have.own), have.etag, content=_content(have.own)),),
    )


def _taken(scene: Scene, live: LiveControl) -> Problem:
    return scene.stack.problem(
        f"there is an origin access control {live.name} ({live.id}) already, and {bearer(live.description)}",
        f"write `oac: {{id: {live.id}}}` to use it as it is, or give it another name in AWS",
        "oac",
    )


def _create(scene: Scene, want: OwnControl) -> Create:
    return Create(
        address=scene.address(KIND),
        stage=Stage.IDENTITY,
        because="none of that name",
        line=scene.stack.line("oac"),
        changes=tuple(Change(field, None, want.fields[name]) for name, field in FIELDS.items()),
        call=Call(
            "cloudfront",
            "create_origin_access_control",
            {CONFIG: {**want.fields, "Description": want.description}},
        ),
        outputs={"id": "OriginAccessControl.Id"},
        twin=Twin(
            listing=LISTING,
            row_id="Id",
            row={"Name": want.name},
            detail="get_origin_access_control",
            match={f"OriginAccessControl.{CONFIG}.Name": want.name},
            content=f"OriginAccessControl.{CONFIG}",
        ),
        document=CONFIG,
    )


def _modify(scene: Scene, want: OwnControl, have: LiveControls, own: LiveControl) -> tuple[Modify, ...]:
    if have.config is None or have.etag is None:
        return ()
    drifted = [name for name in FIELDS if have.config.get(name) != want.fields[name]]
    if not drifted:
        return ()
    reason = REASONS.get(have.config["SigningBehavior"]) if "SigningBehavior" in drifted else None
    return (
        Modify(
            address=scene.address(KIND),
            stage=Stage.IDENTITY,
            because=reason or "changed outside of cfstream",
            line=scene.stack.line("oac"),
            changes=tuple(Change(FIELDS[name], have.config.get(name), want.fields[name]) for name in drifted),
            call=Call(
                "cloudfront",
                "update_origin_access_control",
                {"Id": own.id, CONFIG: {**have.config, **want.fields}},
            ),
            document=CONFIG,
            read=_config_call(own.id),
            content=CONFIG,
            base=have.config,
            etag=have.etag,
            unknown=have.unknown,
        ),
    )


def _propose_used(scene: Scene, want: UsedControl, have: LiveControls) -> Proposal:
    live = next((live for live in have.all if live.id == want.id), None)
    if live is None:
        return Proposal(
            problems=(
                scene.stack.problem(
                    f"there is no origin access control {want.id} in account {scene.account}",
                    'write the id of one that exists, or "oac: {}" to have one made',
                    "oac",
                    "id",
                ),
            )
        )
    problems, notices = _fitness(scene, live)
    return Proposal(
        brings={scene.address(KIND): {"id": live.id}},
        relied_on=(Relied(scene.address(KIND, live.id), _digest(live), content=_content(live)),),
        problems=problems,
        notices=notices,
    )


def _fitness(scene: Scene, live: LiveControl) -> tuple[tuple[Problem, ...], tuple[Notice, ...]]:
    """What keeps a control that somebody else owns from guarding a bucket, and what merely weakens it."""
    do = 'name another one, or write "oac: {}" to have one made that fits'
    origin_type, signing = live.fields["OriginAccessControlOriginType"], live.fields["SigningBehavior"]
    if origin_type != "s3":
        what = f"the origin access control {live.id} is for origins of type {origin_type}, and a bucket is s3"
        return (scene.stack.problem(what, do, "oac", "id"),), ()
    if signing == "always":
        return (), ()
    reason = (
        f"the origin access control {live.id} signs {signing!r}: {REASONS.get(signing, 'not every request')}"
    )
    if signing == "no-override":
        return (), (Notice(reason, warning=True),)
    return (scene.stack.problem(reason, do, "oac", "id"),), ()


def _unwanted(scene: Scene, live: LiveControl, have: LiveControls) -> Unwanted:
    delete = Delete(
        address=scene.address(KIND, "" if live == have.own else live.id),
        stage=Stage.DELETE_IDENTITY,
        because="ours, and nothing uses it any more",
        changes=(Change("oac.name", live.name, None),),
        call=Call("cloudfront", "delete_origin_access_control", {"Id": live.id}),
        read=_config_call(live.id),
        content=CONFIG,
        base={**live.fields, "Description": live.description},
    )
    users = access_users(have.neighbors, live.id)
    return Unwanted(f"the origin access control {live.id}", _digest(live), delete, users)


def _digest(live: LiveControl) -> str:
    return digest(_content(live))


def _content(live: LiveControl) -> Json:
    return {"id": live.id, "description": live.description, **live.fields}


def _config_call(control: str) -> Call:
    return Call("cloudfront", "get_origin_access_control_config", {"Id": control})
