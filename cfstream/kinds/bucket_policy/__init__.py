"""The stack's statement in the bucket policy, which allows the distribution to read. Other statements never change.

The stack's statements have the Sid ``cfstream-<name>-oac`` or ``cfstream-<name>-oai``. This module reads the policy and
proposes the steps; `deciding` has the decisions, `policy_document` the meaning of policies, and `steps/bucket_policy`
the writes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from cfstream.access.model import AccessModel
from cfstream.domain import LiveDistribution
from cfstream.domain.distribution import ids
from cfstream.errors import Missing, Notice, Refused
from cfstream.indexed import amended
from cfstream.kinds.bucket_policy import preflight
from cfstream.kinds.bucket_policy.deciding import Case, decide
from cfstream.kinds.bucket_policy.ending import last_statements
from cfstream.kinds.bucket_policy.foreign import idle_grants
from cfstream.kinds.bucket_policy.former import former_notices, former_steps, read_former, read_others
from cfstream.kinds.bucket_policy.model import bucket_state, former_state
from cfstream.kinds.bucket_policy.observed import KIND, LivePolicy, WantedGrant
from cfstream.policy_document import (
    NamedPrincipal,
    by_sid,
    equal,
    is_pending,
    merge,
    parse,
    policy_digest,
    principals,
    statements,
)
from cfstream.ports import Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.access_points import read_multi_region
from cfstream.stack.bucket import LiveBucket, bucket_call, with_owner
from cfstream.stack.calls import ANYTHING, BUCKET, Needs, calls
from cfstream.stack.context import StackContext
from cfstream.stack.identities import listed_identities, users_of_identities
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.owned import marked
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.statement_ids import our_sids, sid_of
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Granting
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Step
from cfstream.values import Json, Known


class BucketPolicyKind(Kind[WantedGrant, LivePolicy]):
    """The kind ``bucket-policy``."""

    name = KIND
    opens = True

    def desire(self, context: StackContext) -> WantedGrant:
        """Return the statement for the spec's identity; none if grants are on objects, or requests are unsigned."""
        spec = context.stack.spec
        by_policy = spec.grant.via == "bucket-policy" and spec.identity != "none" and not context.destroying
        managed = spec.grant.via != "elsewhere"
        return WantedGrant(spec.identity if by_policy else "", spec.grant.prefix, managed=managed)

    def observe(self, aws: Reads, state: LiveState, want: WantedGrant | None) -> LivePolicy:
        """Read the policy, distributions, their owners and OAIs; if a grant is likely, also the owners of some objects.

        A policy that cannot be read is reported as a problem. Otherwise raises as `Reads.read`.
        """
        context, bucket = state.context, state.bucket
        live = _around_policy(aws, state)
        if not bucket.usable:
            return live
        document, unread = _read_policy(aws, bucket_call(context, "get_bucket_policy", bucket.region))
        likely = (
            want is not None and want.identity and by_sid(document, sid_of(context, want.identity)) is None
        )
        foreign = preflight.foreign_object(aws, context, bucket) if likely else ""
        named = _named((document, *(each.policy for each in live.bucket.access_points)), live.identities)
        owned = with_owner(aws, context, live.bucket, named)
        return replace(live, bucket=owned, document=document, unread=unread, foreign=foreign)

    def granted(self, context: StackContext, results: KindResults) -> Json | None:
        """Return the statement of the spec's identity, in whichever way the spec grants it."""
        want = WantedGrant(context.stack.spec.identity, context.stack.spec.grant.prefix)
        bucket = LiveBucket(context.stack.spec.bucket.name)
        return Case(context, want, LivePolicy(bucket), _reader(context, want, results)).target

    def propose(
        self, context: StackContext, want: WantedGrant | None, have: LivePolicy, results: KindResults
    ) -> Proposal:
        """Grant before the distribution changes, and revoke once that change is deployed."""
        want = want or self.desire(context)
        if context.destroying:
            return _ending(context, want, have, results)
        case = Case(context, want, have, _reader(context, want, results))
        given, taken = decide(case)
        relied = [_relied(context, "", have.document)]
        relied += [
            _relied(context, each.name, each.document)
            for each in have.former
            if our_sids(context, each.document)
        ]
        edits = [*(step.edit for step in given), *(step.edit for step in taken)]
        problems = preflight.problems(
            context,
            document=have.document,
            unread=have.unread if want.managed else "",
            bucket=have.bucket,
            edits=[edit for edit in edits if isinstance(edit, PolicyEdit)],
            foreign=have.foreign if given else "",
        )
        return Proposal(
            steps=(*given, *taken, *former_steps(context, have)),
            relied_on=tuple(relied),
            problems=tuple(problems),
            notices=(
                *_notices(case),
                *idle_grants(context, have, results),
                *former_notices(context, have),
            ),
        )

    def add_to_model(self, context: StackContext, have: LivePolicy, model: AccessModel) -> AccessModel:
        """Add the bucket, its policy, and everything that leads to it."""
        return replace(
            model,
            bucket=bucket_state(context, have),
            distributions=have.distributions,
            own=have.own.id if have.own else None,
            # The type of a key is not covariant, and a copy for each stack would take time.
            identities=cast("Mapping[Known, Known]", have.identities),
            stacks=cast("Mapping[Known, str]", have.stacks),
        )

    def former_model(self, context: StackContext, have: LivePolicy, model: AccessModel) -> AccessModel | None:
        """Return the model around the former bucket. Grants on its objects are not read."""
        state = None if context.destroying else former_state(context, have)
        return replace(model, bucket=state) if state else None

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model with the policy as the step leaves it."""
        if not isinstance(step, Granting | Revoke) or not isinstance(step.edit, PolicyEdit):
            return model
        if step.edit.bucket != model.bucket.name:
            return model
        policy = merge(model.bucket.policy, step.edit.put, step.edit.drop)
        return replace(model, bucket=replace(model.bucket, policy=policy))

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the grants in the buckets of its origins."""
        return (f"grants in bucket {origin.bucket}" for origin in live.origins if origin.bucket)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the reads of the policy, and of the identities that it may name."""
        yield from calls(BUCKET, "s3", "get_bucket_policy")
        yield from calls(ANYTHING, "cloudfront", "list_cloud_front_origin_access_identities")

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the writes of the policy."""
        if spec.grant.via == "bucket-policy" and spec.identity != "none":
            yield from calls(BUCKET, "s3", "put_bucket_policy", "delete_bucket_policy")

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:
        """Read the policy, and what shows whether other accounts own objects."""
        for state in stacks:
            context, bucket = state.context, state.bucket
            if bucket.usable:
                page = bucket_call(context, "list_objects_v2", bucket.region, Prefix="", FetchOwner=True)
                policy, acl = (
                    bucket_call(context, operation, bucket.region)
                    for operation in ("get_bucket_policy", "get_bucket_acl")
                )
                aws.together([policy, acl, page])


def _around_policy(aws: Reads, state: LiveState) -> LivePolicy:
    """Return everything that decides about statements, except the policy and the owners of objects."""
    context, bucket, own = state.context, state.bucket, state.own
    # The lists may not show it yet.
    distributions = amended(state.distributions, own, lambda each: each.id) if own else state.distributions
    points, notices = (
        read_multi_region(aws, context, bucket.name, distributions) if bucket.usable else ((), ())
    )
    mine = state.going | ({own.id} if own else frozenset())
    ours = [each for id_ in sorted(mine) for each in distributions.having(ids, id_)]
    former = read_former(aws, context, own, state.staying)
    return LivePolicy(
        replace(bucket, access_points=(*bucket.access_points, *points), notices=(*bucket.notices, *notices)),
        unlisted=notices,
        own=own,
        distributions=distributions,
        stacks=state.stacks,
        identities=state.lists.of(users_of_identities),
        marked=frozenset(each.id for each in marked(context, state.lists.of(listed_identities))),
        going=state.going,
        former=former,
        others=read_others(aws, context, ours, former),
    )


def _named(policies: Iterable[Json | None], identities: Mapping[str, str]) -> Iterator[NamedPrincipal]:
    """Yield every principal that policies name, as Principal or NotPrincipal."""
    for statement in (each for policy in policies for each in statements(policy)):
        for term in ("Principal", "NotPrincipal"):
            yield from principals({"Principal": statement.get(term)}, identities)


def _ending(context: StackContext, want: WantedGrant, have: LivePolicy, results: KindResults) -> Proposal:
    """Return the steps that remove all statements of the stack from all buckets."""
    steps, notices = last_statements(context, have)
    problems = preflight.problems(
        context,
        document=have.document,
        unread=have.unread if want.managed else "",
        bucket=have.bucket,
        edits=[
            step.edit
            for step in steps
            if isinstance(step.edit, PolicyEdit) and step.edit.bucket == have.bucket.name
        ],
        foreign="",
    )
    return Proposal(
        steps=steps,
        problems=tuple(problems),
        notices=(
            *notices,
            *former_notices(context, have),
            *idle_grants(context, have, results),
            *_gone(have),
        ),
    )


def _gone(have: LivePolicy) -> tuple[Notice, ...]:
    """Return a warning if CloudFront may refuse to disable the distribution (InvalidOrigin)."""
    if not (have.bucket.missing and have.own and have.own.enabled):
        return ()
    text = (
        f"the bucket {have.bucket.name} does not exist, so CloudFront may refuse to disable the distribution"
    )
    do = "if it does, create a bucket with that name until the distribution is deleted"
    return (Notice(text, warning=True, do=do),)


def _relied(context: StackContext, member: str, document: Json | None) -> Relied:
    return Relied(context.address(KIND, member), policy_digest(document), document=document)


def _reader(context: StackContext, want: WantedGrant, results: KindResults) -> Known | None:
    match want.identity:
        case "oac":
            return results.get(context.distribution, "arn")
        case "oai":
            return results.get(context.address("origin-access-identity"))
    return None


def _read_policy(aws: Reads, call: Call) -> tuple[Json | None, str]:
    """Return the policy, or None, and why it could not be read."""
    try:
        return parse(aws.read(call)["Policy"]), ""
    except Missing:
        return None, ""
    except Refused as refused:
        return None, refused.what


def _notices(case: Case) -> list[Notice]:
    notices = [*case.have.unlisted]
    if case.have.unread and not case.want.managed:
        text = f"it is unknown who can read through the policy of {case.have.bucket.name}: {case.have.unread}"
        notices.append(Notice(text, warning=True))
    if _pending(case):
        text = (
            f"the statement {sid_of(case.context, case.want.identity)} shows a unique id instead of the OAI, as S3 "
            "does right after a write. If it still does later, the OAI was deleted: remove the statement and apply "
            "again"
        )
        notices.append(Notice(text))
    if case.target is not None and case.ours is None and case.satisfying:
        text = f"the policy statement {case.satisfying} already grants this access, so cfstream adds none"
        notices.append(Notice(text))
    kept = case.kept - {str(case.reader) if case.want.identity == "oai" else ""}
    if kept:
        users = case.still.names(kept)
        text = f"the statement {sid_of(case.context, 'oai')} keeps {', '.join(sorted(kept))}: still used by {users}"
        notices.append(Notice(text))
    if case.want.identity != "oac" and case.still.by_own_oac and _has(case, "oac"):
        own = case.still.by_own_oac[0]
        text = f"the statement {sid_of(case.context, 'oac')} stays: another origin of {own} needs it"
        notices.append(Notice(text))
    return notices


def _has(case: Case, identity: str) -> bool:
    return by_sid(case.have.document, sid_of(case.context, identity)) is not None


def _pending(case: Case) -> bool:
    """Return whether the statement counts as wanted only because a unique id in it may still become the OAI."""
    if case.ours is None or case.target is None or not is_pending(case.ours):
        return False
    return equal(case.ours, case.target, case.have.identities, ours=True)
