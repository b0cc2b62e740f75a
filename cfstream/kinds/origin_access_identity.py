"""Origin access identities (OAI): the legacy way for CloudFront to read a bucket, and the only one for RTMP.

Lives here: the stack's own identity, one that the spec refers to by id, and those of ours that nothing uses
any more. Does not live here: which origin reads through it (the distribution kinds), and what it may read
(`bucket_policy`, `object_acl`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from cfstream.domain import ACL_TAG
from cfstream.domain.unknown_members import unknown_members
from cfstream.errors import Missing
from cfstream.kinds.bucket_policy.observed import IDENTITIES, LivePolicy, sid_of
from cfstream.policy_document import principals, statements
from cfstream.ports import Call, Reads
from cfstream.stack.caller_reference import caller_reference, is_caller_reference
from cfstream.stack.distributions import find
from cfstream.stack.neighbors import Neighbor, Unwanted, access_users, default_access, neighbors, with_orphans
from cfstream.stack.proposal import Landscape, Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.values import ETag, Json, Ref, digest

KIND = "origin-access-identity"
CONFIG = "CloudFrontOriginAccessIdentityConfig"
LISTING = Call("cloudfront", "list_cloud_front_origin_access_identities")
COMMENT_LIMIT = 128
"""Characters of a comment (shape CloudFrontOriginAccessIdentityConfig)."""


@dataclass(frozen=True)
class OwnIdentity:
    """An identity that the stack makes. `comment` begins with our mark.

    With `managed` the spec has a comment for the identity, and it is kept so. Otherwise a new one starts with
    it.
    """

    comment: str
    managed: bool


@dataclass(frozen=True)
class UsedIdentity:
    """An identity that exists: referred to, never changed."""

    id: str


WantedIdentity: TypeAlias = OwnIdentity | UsedIdentity


@dataclass(frozen=True, order=True)
class LiveIdentity:
    """A row of ListCloudFrontOriginAccessIdentities."""

    id: str
    canonical_user: str
    comment: str


@dataclass(frozen=True)
class LiveIdentities:
    """All identities of the account, sorted by id, and who uses them."""

    all: tuple[LiveIdentity, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()
    own: LiveIdentity | None = None
    """The one that is the stack's, whether it is wanted or not."""
    config: Json | None = None
    """The document of `own`, read when its comment is to change."""
    etag: ETag | None = None
    unknown: tuple[str, ...] = ()
    """Members of its document that the installed botocore does not know."""

    def get(self, identity: str) -> LiveIdentity | None:
        return next((live for live in self.all if live.id == identity), None)


class OriginAccessIdentityKind:
    """The kind ``origin-access-identity``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedIdentity | None:
        """One that exists, or ours: its comment is the one that the spec has for it, else the spec's own."""
        spec = scene.stack.spec
        if spec.identity != "oai":
            return None
        if spec.oai and spec.oai.id:
            return UsedIdentity(spec.oai.id)
        if scene.destroying:
            return None
        asked = spec.oai.comment if spec.oai else None
        words = spec.comment if asked is None else asked
        return OwnIdentity(limited(f"{scene.mark} {words or ''}"), managed=asked is not None)

    def observe(self, aws: Reads, scene: Scene, want: WantedIdentity | None) -> LiveIdentities:
        """Lists identities and distributions; reads one config when its comment is to change, and by its id each
        identity that the stack's distribution speaks of and the list does not have.

        Raises as `Reads.read`.
        """
        others = neighbors(aws, scene)
        used = default_access(others)[0]
        listed = [
            LiveIdentity(row["Id"], row["S3CanonicalUserId"], row.get("Comment") or "")
            for row in aws.items(LISTING)
        ]
        rows = tuple(sorted([*listed, *_unlisted(aws, scene, listed, used)]))
        own = _chosen([row for row in rows if scene.owns(row.comment)], used)
        if own is None and (isinstance(want, OwnIdentity) or (scene.destroying and want is None)):
            return _unmarked(aws, scene, LiveIdentities(rows, others), used)
        if own is None or not isinstance(want, OwnIdentity):
            return LiveIdentities(rows, others, own)
        if want.managed and own.comment != want.comment:
            reply = aws.read(_config_call(own.id))
            return LiveIdentities(
                rows, others, own, reply[CONFIG], ETag(reply["ETag"]), unknown_members(reply, CONFIG)
            )
        return LiveIdentities(rows, others, own)

    def propose(
        self,
        scene: Scene,
        want: WantedIdentity | None,
        have: LiveIdentities,
        land: Landscape,
    ) -> Proposal:
        """Creates ours, repairs its comment, deletes those of ours that nothing uses after the plan.

        Brings ``id`` and ``canonical_user`` at ``origin-access-identity:<stack>``.
        """
        match want:
            case OwnIdentity():
                wanted = _propose_own(scene, want, have)
                kept = have.own.id if have.own else ""
            case UsedIdentity():
                wanted = Proposal() if scene.destroying else _propose_used(scene, want, have)
                kept = want.id
            case None:
                wanted, kept = _propose_none(scene, have), ""
        ours = unwanted_identities(scene, have, kept)
        return with_orphans(wanted, (_unwanted(scene, live, have, land) for live in ours))


def unwanted_identities(scene: Scene, have: LiveIdentities, kept: str) -> tuple[LiveIdentity, ...]:
    """Those that are the stack's, but for the one of the id `kept`."""
    return tuple(
        live for live in have.all if live.id != kept and (scene.owns(live.comment) or live == have.own)
    )


def limited(comment: str) -> str:
    """A comment without spaces around it, cut to what AWS takes."""
    return comment.strip()[:COMMENT_LIMIT].rstrip()


def _chosen(ours: Sequence[LiveIdentity], used: str) -> LiveIdentity | None:
    """Comments are not unique: of several that bear our mark, the one in use, else that of the lowest id."""
    return min(ours, key=lambda live: (live.id != used, live.id), default=None)


def _unlisted(aws: Reads, scene: Scene, listed: Sequence[LiveIdentity], used: str) -> Iterator[LiveIdentity]:
    """What is spoken of and not in the list, which lags behind a creation: taken for gone, its grants would stay."""
    own = find(aws, scene)
    spoken_of = {used, *(own.tag(ACL_TAG) or "").split()} if own else set()
    for identity in sorted(spoken_of - {"", *(row.id for row in listed)}):
        try:
            reply = aws.read(Call("cloudfront", "get_cloud_front_origin_access_identity", {"Id": identity}))
        except Missing:
            continue
        live = reply["CloudFrontOriginAccessIdentity"]
        yield LiveIdentity(live["Id"], live["S3CanonicalUserId"], live[CONFIG].get("Comment") or "")


def _unmarked(aws: Reads, scene: Scene, have: LiveIdentities, used: str) -> LiveIdentities:
    """With ours found by its caller reference, when somebody wrote over the mark in its comment.

    Creating it again would be refused (CloudFrontOriginAccessIdentityAlreadyExists). Rows do not carry the
    reference, so only the identity that our distribution uses is asked for it.
    """
    live = have.get(used)
    if live is None:
        return have
    try:
        reply = aws.read(_config_call(live.id))
    except Missing:
        return have
    if not is_caller_reference(reply[CONFIG]["CallerReference"], scene.account, scene.name, KIND):
        return have
    return replace(
        have,
        own=live,
        config=reply[CONFIG],
        etag=ETag(reply["ETag"]),
        unknown=unknown_members(reply, CONFIG),
    )


def _propose_own(scene: Scene, want: OwnIdentity, have: LiveIdentities) -> Proposal:
    address = scene.address(KIND)
    own = have.own
    if own is None:
        step = _create(scene, want)
        brings = {output: Ref(step.id, output) for output in step.outputs}
        return Proposal(steps=(step,), brings={address: brings})
    return Proposal(
        steps=_modify(scene, want, have, own),
        brings={address: {"id": own.id, "canonical_user": own.canonical_user}},
        relied_on=(Relied(address, _digest(own), have.etag, content=_content(own)),),
    )


def _create(scene: Scene, want: OwnIdentity) -> Create:
    reference = caller_reference(scene.account, scene.name, KIND)
    identity = "CloudFrontOriginAccessIdentity"
    return Create(
        address=scene.address(KIND),
        stage=Stage.IDENTITY,
        because="no identity bears this name",
        line=scene.stack.line("oai"),
        changes=(Change("oai.comment", None, want.comment),),
        call=Call(
            "cloudfront",
            "create_cloud_front_origin_access_identity",
            {CONFIG: {"CallerReference": reference, "Comment": want.comment}},
        ),
        outputs={"id": f"{identity}.Id", "canonical_user": f"{identity}.S3CanonicalUserId"},
        # The reference alone decides: one with another comment is ours too, and the next plan mends the
        # comment.
        twin=Twin(
            listing=LISTING,
            row_id="Id",
            detail="get_cloud_front_origin_access_identity",
            match={},
            content=f"{identity}.{CONFIG}",
        ),
        reference=f"{CONFIG}.CallerReference",
    )


def _propose_none(scene: Scene, have: LiveIdentities) -> Proposal:
    """Gives ours back the mark that somebody wrote over, before it goes: once our distribution is gone, nothing else
    would tell a later run whose it is.
    """
    own = have.own
    if own is None or access_users(have.neighbors, own.id):
        return Proposal()
    return Proposal(steps=_modify(scene, OwnIdentity("", managed=False), have, own))


def _modify(scene: Scene, want: OwnIdentity, have: LiveIdentities, own: LiveIdentity) -> tuple[Modify, ...]:
    if have.config is None or have.etag is None:
        return ()
    before = have.config["Comment"]
    after = want.comment if want.managed else _marked(scene, before)
    if before == after:
        return ()
    return (
        Modify(
            address=scene.address(KIND),
            stage=Stage.IDENTITY,
            because="comment" if scene.owns(before) else f"its comment has lost the mark {scene.mark}",
            line=scene.stack.line("oai", "comment"),
            changes=(Change("oai.comment", before, after),),
            call=Call(
                "cloudfront",
                "update_cloud_front_origin_access_identity",
                {"Id": own.id, CONFIG: {**have.config, "Comment": after}},
            ),
            document=CONFIG,
            read=_config_call(own.id),
            content=CONFIG,
            base=have.config,
            etag=have.etag,
            unknown=have.unknown,
        ),
    )


def _propose_used(scene: Scene, want: UsedIdentity, have: LiveIdentities) -> Proposal:
    live = have.get(want.id)
    if live is None:
        return Proposal(
            problems=(
                scene.stack.problem(
                    f"there is no origin access identity {want.id} in account {scene.account}",
                    'write the id of one that "cfstream list" shows, or "oai: {}" to have one made',
                    "oai",
                    "id",
                ),
            )
        )
    address = scene.address(KIND)
    return Proposal(
        brings={address: {"id": live.id, "canonical_user": live.canonical_user}},
        relied_on=(Relied(scene.address(KIND, live.id), digest({"id": live.id}), content={"id": live.id}),),
    )


def _unwanted(scene: Scene, live: LiveIdentity, have: LiveIdentities, land: Landscape) -> Unwanted:
    delete = Delete(
        address=scene.address(KIND, "" if live == have.own else live.id),
        stage=Stage.DELETE_IDENTITY,
        because="ours, and nothing uses it any more",
        changes=(Change("oai.comment", live.comment, None),),
        call=Call("cloudfront", "delete_cloud_front_origin_access_identity", {"Id": live.id}),
        read=_config_call(live.id),
        content=CONFIG,
        base={"Comment": _marked(scene, live.comment)},
    )
    users = (*access_users(have.neighbors, live.id), *_statements(scene, land, live))
    return Unwanted(f"the origin access identity {live.id}", _digest(live), delete, users)


def _statements(scene: Scene, land: Landscape, live: LiveIdentity) -> tuple[str, ...]:
    """Return the statements of others that name an identity.

    S3 shows a deleted principal as a unique id and refuses to take such a policy back (MalformedPolicy), so nobody
    could change the policy any more.
    """
    policy = land.seen(LivePolicy)
    if policy is None:
        return ()
    elsewhere = (*policy.former, *policy.others)
    places = [(policy.bucket.name, policy.document), *((each.name, each.document) for each in elsewhere)]
    named = tuple(
        f"the statement {each.get('Sid') or 'without a Sid'} in the policy of {bucket}"
        for bucket, document in places
        for each in statements(document)
        if each.get("Sid") not in {sid_of(scene, identity) for identity in IDENTITIES}
        and any(who.kind == "oai" and who.name == live.id for who in principals(each, policy.identities))
    )
    unread = tuple(
        f"perhaps the policy of {each.name}, which could not be read," for each in elsewhere if each.unread
    )
    return (*named, *unread)


def _marked(scene: Scene, comment: str) -> str:
    return comment if scene.owns(comment) else limited(f"{scene.mark} {comment}")


def _digest(live: LiveIdentity) -> str:
    return digest(_content(live))


def _content(live: LiveIdentity) -> Json:
    return {"id": live.id, "comment": live.comment}


def _config_call(identity: str) -> Call:
    return Call("cloudfront", "get_cloud_front_origin_access_identity_config", {"Id": identity})
