"""Former buckets of the stack, which may still have grants: which they are, and how their statements are removed.

The live distribution shows a former bucket only until its origin changes. So before that, the names of both buckets are
written to the tag ``cfstream:buckets`` of the distribution. The tag is removed when only the spec's bucket has grants.
So if a run stops between the two, the next one still finds both buckets. `object_acl` revokes the grants on their
objects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cfstream.domain import ACL_TAG, NAME_TAG, LiveDistribution, bucket_of
from cfstream.domain.tags import put_tags, remove_tag
from cfstream.errors import Missing, NotAuthorized, Notice, Refused
from cfstream.kinds.bucket_policy.observed import KIND, FormerBucket, LivePolicy
from cfstream.policy_document import by_sid, parse, principals, statements
from cfstream.ports import Reads
from cfstream.stack.bucket import bucket_call
from cfstream.stack.bucket_region import bucket_regions
from cfstream.stack.context import StackContext
from cfstream.stack.former_buckets import BUCKETS_TAG, former_names, remembered
from cfstream.stack.readers import still_reading
from cfstream.stack.statement_ids import our_sids, sid_of
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.tags import ChangeTags


def read_former(
    aws: Reads, context: StackContext, own: LiveDistribution | None, distributions: Sequence[LiveDistribution]
) -> tuple[FormerBucket, ...]:
    """Return the former buckets with their regions and policies.

    Makes HeadBucket and GetBucketPolicy for each; raises as `Reads.together`.
    """
    found = _read_all(aws, context, former_names(context, own))
    return tuple(replace(each, still=still_reading(context, distributions, own, each.name)) for each in found)


def read_others(
    aws: Reads, context: StackContext, ours: Iterable[LiveDistribution], known: Iterable[FormerBucket]
) -> tuple[FormerBucket, ...]:
    """Return the other buckets that origins of these distributions read with an OAI, with their policies.

    Statements of others there may name the OAI. Makes HeadBucket and GetBucketPolicy for each; raises as
    `Reads.together`.
    """
    read = {
        name
        for each in ours
        for origin in each.origins
        if origin.oai_id and (name := bucket_of(origin.domain_name))
    }
    return _read_all(
        aws, context, sorted(read - {context.stack.spec.bucket.name, *(each.name for each in known)})
    )


def unneeded(context: StackContext, former: FormerBucket) -> frozenset[str]:
    """Return the Sids of the stack's statements in a former bucket that nothing uses after the plan."""
    sids = set(our_sids(context, former.document))
    if former.still.by_own_oac:
        sids.discard(sid_of(context, "oac"))
    named = principals(by_sid(former.document, sid_of(context, "oai")) or {})
    if any(each.kind == "oai" and each.name in former.still.by_oai for each in named):
        sids.discard(sid_of(context, "oai"))
    return frozenset(sids)


def former_steps(context: StackContext, have: LivePolicy) -> tuple[Step, ...]:
    """Return the steps that remove the stack's statements in former buckets, and the steps that change the tag."""
    own = have.own
    if own is None:
        return ()
    taken = [_revoke(context, have, each) for each in have.former if unneeded(context, each)]
    left = {each.name for each in have.former if _may_hold(context, own, each)}
    names = {*left, context.stack.spec.bucket.name} if left else set()
    marks = [_remember(context, own, names)] if names - {*remembered(own)} else []
    stays = any(
        each.unread or _stays(context, each) or _names_ours(context, have, each) for each in have.former
    )
    done = (names or remembered(own)) and not stays
    return (*marks, *taken, *([_forget(context, own, names)] if done else []))


def former_notices(context: StackContext, have: LivePolicy) -> tuple[Notice, ...]:
    """Return notices of former buckets that cannot be read, and of statements there that are still in use."""
    unread = [
        Notice(
            f"it is unknown whether the policy of {each.name} still has a statement of this stack: {each.unread}"
        )
        for each in have.former
        if each.unread
    ]
    kept = [
        Notice(f"the policy of {each.name} keeps {', '.join(sorted(_stays(context, each)))}: still in use")
        for each in have.former
        if _stays(context, each)
    ]
    return (*unread, *kept)


def _stays(context: StackContext, former: FormerBucket) -> frozenset[str]:
    return our_sids(context, former.document) - unneeded(context, former)


def _names_ours(context: StackContext, have: LivePolicy, former: FormerBucket) -> bool:
    """Return whether a statement of others names an OAI of the stack, which is then kept.

    Only the tag shows that policy once the distribution reads another bucket.
    """
    theirs = (
        each
        for each in statements(former.document)
        if each.get("Sid") not in our_sids(context, former.document)
    )
    return any(
        who.kind == "oai" and who.name in have.marked
        for each in theirs
        for who in principals(each, have.identities)
    )


def _read_all(aws: Reads, context: StackContext, names: Sequence[str]) -> tuple[FormerBucket, ...]:
    regions = bucket_regions(aws, context, names)
    return tuple(_read(aws, context, name, regions.get(name, context.region)) for name in names)


def _read(aws: Reads, context: StackContext, name: str, region: str) -> FormerBucket:
    answer = aws.together([bucket_call(context, "get_bucket_policy", region, name)])[0]
    match answer:
        case Missing():
            return FormerBucket(name, region)
        case NotAuthorized():
            return FormerBucket(name, region, unread=answer.what)
        case Refused():
            raise answer
    return FormerBucket(name, region, parse(answer["Policy"]))


def _may_hold(context: StackContext, own: LiveDistribution, former: FormerBucket) -> bool:
    """Return whether a former bucket may have grants of the stack, or the distribution still reads it."""
    ours = own.tag(NAME_TAG) == context.name and former.name not in remembered(own)
    return bool(ours or our_sids(context, former.document) or former.unread or own.tag(ACL_TAG))


def _revoke(context: StackContext, have: LivePolicy, former: FormerBucket) -> Revoke:
    return Revoke(
        address=context.address(KIND, former.name),
        stage=Stage.REVOKE,
        because=f"the distribution reads {have.bucket.name} instead",
        line=context.stack.line("bucket"),
        changes=(Change("bucket", former.name, have.bucket.name),),
        edit=PolicyEdit(
            bucket=former.name,
            region=former.region,
            account=context.account,
            seen=former.document,
            drop=unneeded(context, former),
        ),
    )


def _remember(context: StackContext, own: LiveDistribution, names: Iterable[str]) -> ChangeTags:
    value = " ".join(sorted(names))
    return ChangeTags(
        address=context.address(KIND),
        stage=Stage.MARK,
        because="record both buckets until the stack has no grants in the old one",
        line=context.stack.line("bucket"),
        changes=(Change(f"tags.{BUCKETS_TAG}", own.tag(BUCKETS_TAG), value),),
        call=put_tags(own.arn, {BUCKETS_TAG: value}),
        seen=own.tags or {},
    )


def _forget(context: StackContext, own: LiveDistribution, names: Iterable[str]) -> ChangeTags:
    before = " ".join(sorted(names)) or own.tag(BUCKETS_TAG)
    return ChangeTags(
        address=context.address(KIND),
        stage=Stage.FORGET,
        because=f"the stack has grants only in {context.stack.spec.bucket.name} now",
        line=context.stack.line("bucket"),
        changes=(Change(f"tags.{BUCKETS_TAG}", before, None),),
        call=remove_tag(own.arn, BUCKETS_TAG),
        seen=own.tags or {},
    )
