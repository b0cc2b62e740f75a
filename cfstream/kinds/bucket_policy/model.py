"""The bucket as `access` judges it: its policy, its settings, and its access points. Pure."""

from cfstream.domain import AclGrant, BucketState, ObjectAcls
from cfstream.domain.bucket import LEGACY
from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.policy_document import by_sid, is_pending, merge
from cfstream.policy_document.document import oai_arn
from cfstream.stack.context import StackContext
from cfstream.stack.statement_ids import sid_of
from cfstream.values import Json


def bucket_state(context: StackContext, have: LivePolicy) -> BucketState:
    """Return the stack's bucket. What its objects grant is not known here."""
    live = have.bucket
    return BucketState(
        name=live.name,
        partition=context.partition,
        owner=live.owner,
        exists=not live.missing,
        policy=_settled(context, have),
        policy_unread=have.unread or live.why_not,
        assumptions=live.notices,
        block=live.effective,
        ownership=live.ownership or LEGACY,
        grants=tuple(AclGrant(*each) for each in live.grants if each[0] != live.owner),
        objects=ObjectAcls(complete=False),
        access_points=live.access_points,
    )


def former_state(context: StackContext, have: LivePolicy) -> BucketState | None:
    """Return the bucket that the distribution reads now, if the spec names another one."""
    origin = have.own.default_origin if have.own else None
    former = next((each for each in have.former if origin and each.name == origin.bucket), None)
    if former is None:
        return None
    return BucketState(
        former.name,
        context.partition,
        policy=former.document,
        policy_unread=former.unread,
        objects=ObjectAcls(complete=False),
    )


def _settled(context: StackContext, have: LivePolicy) -> Json | None:
    """Return the policy with our OAI in place of the unique id that S3 shows for it right after a write."""
    ours = by_sid(have.document, sid_of(context, "oai"))
    origin = have.own.default_origin if have.own else None
    if ours is None or not is_pending(ours) or origin is None or not origin.oai_id:
        return have.document
    known = {**ours, "Principal": {"AWS": oai_arn(context.partition, origin.oai_id)}}
    return merge(have.document, (known,), ())
