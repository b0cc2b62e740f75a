"""Origin access identities (OAI): the legacy way for CloudFront to read a bucket, and the only one for RTMP.

This kind has the stack's own identity, one that the spec refers to by id, and owned identities that nothing uses now.
The distribution kinds set it on an origin, and `bucket_policy` and `object_acl` decide what it may read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, TypeAlias

from cfstream.access.model import AccessModel
from cfstream.domain import LiveDistribution
from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.policy_document import principals, statements
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.spec.wording import write_nearest
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.calls import ANYTHING, Needs, Scope, optional
from cfstream.stack.context import StackContext
from cfstream.stack.identities import (
    IDENTITY,
    Identities,
    LiveIdentity,
    own_identity,
    released_comment,
    unwanted_identities,
    used_identity,
    users_of_identity,
)
from cfstream.stack.kind import Kind, own_id
from cfstream.stack.live_state import LiveState
from cfstream.stack.neighbors import Neighbor, access_users, only_own
from cfstream.stack.owned import Reason, Unwanted, Version, owner_by_mark
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.shown import ListEntry, Referred, Shown
from cfstream.stack.statement_ids import sids_of
from cfstream.stack.survey import listed_distributions, survey_owned
from cfstream.startup.frozen import dataclass
from cfstream.steps.create import Create
from cfstream.steps.modify import Modify
from cfstream.steps.stage import Stage
from cfstream.steps.step import Change, Step
from cfstream.values import Address, Known, Ref, digest

KIND = IDENTITY.kind
SCOPE = Scope("Identities", lambda _spec, place: place.arn("cloudfront", "origin-access-identity/*"))
COMMENT_LIMIT = 128
"""Characters of a comment (shape CloudFrontOriginAccessIdentityConfig)."""


@dataclass(frozen=True)
class OwnIdentity:
    """An identity that the stack creates. `comment` starts with the stack's mark.

    If `managed`, the spec sets the comment of the identity. Otherwise only a new identity gets `comment`.
    """

    comment: str
    managed: bool


@dataclass(frozen=True)
class UsedIdentity:
    """An identity that the spec refers to. It is never changed."""

    id: str


WantedIdentity: TypeAlias = OwnIdentity | UsedIdentity


@dataclass(frozen=True)
class LiveIdentities:
    """All identities of the account, and the distributions."""

    identities: Identities
    neighbors: tuple[Neighbor, ...] = ()
    version: Version | None = None
    """The document of the stack's own identity, read if its comment must change."""
    unwanted: Mapping[str, Version] = field(default_factory=dict)
    """The documents of the identities that the stack owns and the spec does not want, by id."""

    @property
    def own(self) -> LiveIdentity | None:
        return self.identities.own


class OriginAccessIdentityKind(Kind[WantedIdentity, LiveIdentities]):
    """The kind ``origin-access-identity``."""

    name = KIND
    owned = IDENTITY
    shown = Shown(IDENTITY.kind, IDENTITY.noun, IDENTITY.resource)
    scopes = (SCOPE,)

    def desire(self, context: StackContext) -> WantedIdentity | None:
        """Return the identity of the spec, or the stack's own, with the comment of the identity or else of the spec."""
        spec = context.stack.spec
        if spec.identity != "oai":
            return None
        if spec.oai and spec.oai.id:
            return UsedIdentity(spec.oai.id)
        if context.destroying:
            return None
        asked = spec.oai.comment if spec.oai else None
        words = spec.comment if asked is None else asked
        return OwnIdentity(limited(f"{context.mark} {words or ''}"), managed=asked is not None)

    def observe(self, aws: Reads, state: LiveState, want: WantedIdentity | None) -> LiveIdentities:
        """Read the document of the stack's own identity if its comment must change. Raises as `Reads.read`."""
        found = state.identities
        version = found.overwritten
        if version is None and found.own is not None and isinstance(want, OwnIdentity):
            drifted = want.managed and found.own.comment != want.comment
            version = IDENTITY.read(aws, found.own.id) if drifted else None
        unwanted = [each.id for each in _owned_and_unwanted(state.context, want, found)]
        return LiveIdentities(found, state.neighbors, version, IDENTITY.read_all(aws, unwanted, gone=True))

    def propose(
        self,
        context: StackContext,
        want: WantedIdentity | None,
        have: LiveIdentities,
        results: KindResults,
    ) -> Proposal:
        """Create or repair the stack's own identity, and delete owned identities that nothing uses after the plan.

        Brings ``id`` and ``canonical_user`` at ``origin-access-identity:<stack>``.
        """
        match want:
            case OwnIdentity():
                wanted = _propose_own(context, want, have)
            case UsedIdentity():
                wanted = Proposal() if context.destroying else _propose_used(context, want, have)
            case None:
                wanted = _propose_none(context, have, results)
        ours = _owned_and_unwanted(context, want, have.identities)
        proposal = IDENTITY.with_orphans(
            context, wanted, (_unwanted(context, live, have, results) for live in ours)
        )
        left = [step for live in ours for step in _release(context, live, have, results)]
        named = {want.id} if isinstance(want, UsedIdentity) else frozenset[str]()
        unused = only_own(have.neighbors, named) if context.destroying else ()
        stays = IDENTITY.left(context, have.identities.all, unused, named)
        return replace(proposal, steps=(*proposal.steps, *left), notices=(*proposal.notices, *stays))

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model with the identity that the step creates."""
        if not isinstance(step, Create):
            return model
        return replace(model, identities={**model.identities, Ref(step.id, "canonical_user"): Ref(step.id)})

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:
        """Return the ids of the identity: CloudFront's, and the one in object ACLs."""
        address = context.address(KIND)
        return {
            "oai_id": results.get(address),
            "s3_canonical_user_id": results.get(address, "canonical_user"),
        }

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the id of the stack's own identity."""
        return {"oai_id": own_id(ids, KIND), "s3_canonical_user_id": None}

    def described(self, context: StackContext) -> Mapping[Address, Mapping[str, Known]]:
        """Return the id in the spec, or a name for it."""
        named = used_identity(context.stack.spec) or "OAI"
        return {context.address(KIND): {"id": named, "canonical_user": named}}

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield the identities of its origins."""
        named = dict.fromkeys(str(origin.oai_id) for origin in live.origins if origin.oai_id)
        return (IDENTITY.name(aws, each) for each in named)

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the identities of its origins."""
        return (f"{IDENTITY.words} {origin.oai_id}" for origin in live.origins if origin.oai_id)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the list, and the reads of an identity that the list lacks or that needs repair."""
        yield from IDENTITY.needs(ANYTHING, "list")
        if own_identity(spec) and not destroying:
            yield from IDENTITY.needs(SCOPE, "get", "get_config")
        elif spec.identity == "oai" and not destroying:
            yield from optional(IDENTITY.needs(SCOPE, "get"))

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls for an owned identity."""
        if not own_identity(spec):
            return
        if not destroying:
            yield from IDENTITY.needs(ANYTHING, "create")
            yield from IDENTITY.needs(SCOPE, "get")
        yield from IDENTITY.needs(SCOPE, "get_config", "update", "delete")

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read the document of each identity that some stack owns, or that some distribution reads with."""
        origins = (origin for each in listed_distributions(aws) for origin in each.origins)
        survey_owned(aws, IDENTITY, {str(origin.oai_id) for origin in origins})

    def entries(
        self,
        aws: Reads,
        rows: Sequence[LiveDistribution],
        owners: Mapping[str, str],  # noqa: ARG002
    ) -> Iterable[ListEntry]:
        """Return a line for each identity."""
        for row in IDENTITY.rows(aws):
            comment = row.get("Comment") or ""
            users = users_of_identity(row["Id"], rows)
            yield ListEntry(IDENTITY.kind, row["Id"], owner_by_mark(comment), comment, used_by=users)


def _owned_and_unwanted(
    context: StackContext, want: WantedIdentity | None, found: Identities
) -> tuple[LiveIdentity, ...]:
    """Return the identities that the stack owns and that the spec does not want."""
    match want:
        case OwnIdentity():
            kept = found.own.id if found.own else ""
        case UsedIdentity():
            kept = want.id
        case None:
            kept = ""
    return unwanted_identities(context, found, kept)


def limited(comment: str) -> str:
    """Return a comment without spaces around it, cut to the length that AWS accepts."""
    return comment.strip()[:COMMENT_LIMIT].rstrip()


def _propose_own(context: StackContext, want: OwnIdentity, have: LiveIdentities) -> Proposal:
    own = have.own
    if own is None:
        return IDENTITY.made(_create(context, want))
    relied = IDENTITY.relied(context, "", own, have.version.etag if have.version else None)
    brings = {"id": own.id, "canonical_user": own.canonical_user}
    return IDENTITY.kept(relied, brings, _repair(context, want, have))


def _create(context: StackContext, want: OwnIdentity) -> Create:
    reference = caller_reference(context.account, context.name, KIND)
    changes = (Change("oai.comment", None, want.comment),)
    config = {"CallerReference": reference, "Comment": want.comment}
    return IDENTITY.create(
        context, "", config, Reason("identify CloudFront to the bucket", ("oai",), changes)
    )


def _propose_none(context: StackContext, have: LiveIdentities, results: KindResults) -> Proposal:
    """Return the step that restores the mark of the stack's own identity before it is deleted.

    Without the mark, a later run could not find it once the distribution is deleted.
    """
    own = have.own
    if (
        own is None
        or access_users(have.neighbors, own.id)
        or _statements(context, results, own, forgotten=True)
    ):
        return Proposal()
    return Proposal(steps=_repair(context, OwnIdentity("", managed=False), have))


def _repair(context: StackContext, want: OwnIdentity, have: LiveIdentities) -> tuple[Modify, ...]:
    if have.version is None:
        return ()
    before = have.version.document["Comment"]
    after = want.comment if want.managed else _with_mark(context, before)
    if before == after:
        return ()
    because = "comment" if context.owns(before) else f"its comment no longer has the mark {context.mark}"
    reason = Reason(because, ("oai", "comment"), (Change("oai.comment", before, after),))
    return (IDENTITY.modify(context, "", have.version, {**have.version.document, "Comment": after}, reason),)


def _propose_used(context: StackContext, want: UsedIdentity, have: LiveIdentities) -> Proposal:
    live = have.identities.get(want.id)
    if live is None:
        what = f"the origin access identity {want.id} does not exist in account {context.account}"
        do = write_nearest(
            want.id,
            [each.id for each in have.identities.all],
            "write an id that `cfstream list" + context.flags + "` shows, or `oai: {}` to create an identity",
            "an identity of this account",
        )
        return Proposal(problems=(context.stack.problem(what, do, "oai", "id"),))
    address = context.address(KIND)
    return Proposal(
        brings={address: {"id": live.id, "canonical_user": live.canonical_user}},
        relied_on=(
            Relied(context.address(KIND, live.id), digest({"id": live.id}), document={"id": live.id}),
        ),
    )


def _unwanted(
    context: StackContext, live: LiveIdentity, have: LiveIdentities, results: KindResults
) -> Unwanted:
    return Unwanted(
        live,
        member="" if live == have.own else live.id,
        called=live.id,
        change=Change("oai.comment", live.comment, None),
        base={"Comment": _with_mark(context, live.comment)},
        users=(*access_users(have.neighbors, live.id), *_statements(context, results, live)),
    )


def _release(
    context: StackContext, live: LiveIdentity, have: LiveIdentities, results: KindResults
) -> Iterator[Modify]:
    """Yield the step that removes the stack's mark from an identity that the policy of another bucket names.

    A later run may not find that bucket, because no origin reads it then. It would delete the identity.
    """
    version = have.unwanted.get(live.id)
    if version is None or not _statements(context, results, live, forgotten=True):
        return
    after = released_comment(context)
    reason = Reason(
        "other policies name it, so cfstream no longer owns it",
        ("oai",),
        (Change("oai.comment", live.comment, after),),
    )
    member = "" if live == have.own else live.id
    step = IDENTITY.modify(context, member, version, {**version.document, "Comment": after}, reason)
    yield replace(step, stage=Stage.REVOKE_REMEMBERED)


def _statements(
    context: StackContext, results: KindResults, live: LiveIdentity, *, forgotten: bool = False
) -> tuple[str, ...]:
    """Return the statements of others that name an identity.

    With `forgotten`, only those in buckets that a later run may not find. It finds the bucket of the spec, and former
    ones by the tags of the distribution.

    S3 shows a deleted principal as a unique id and refuses a policy with such an id (MalformedPolicy), so the policy
    could no longer be changed.
    """
    policy = results.seen(LivePolicy)
    if policy is None:
        return ()
    former = policy.former if context.destroying or not forgotten else ()
    others = (*former, *policy.others)
    own = [] if forgotten else [(policy.bucket.name, policy.document)]
    places = [*own, *((each.name, each.document) for each in others)]
    named = tuple(
        f"the statement {each.get('Sid') or 'without a Sid'} in the policy of {bucket}"
        for bucket, document in places
        for each in statements(document)
        if each.get("Sid") not in sids_of(context.name)
        and any(who.kind == "oai" and who.name == live.id for who in principals(each, policy.identities))
    )
    unread = tuple(
        f"possibly the policy of {each.name}, which could not be read" for each in others if each.unread
    )
    return (*named, *unread)


def _with_mark(context: StackContext, comment: str) -> str:
    return comment if context.owns(comment) else limited(f"{context.mark} {comment}")
