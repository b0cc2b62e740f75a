"""Grants on objects when a stack is destroyed: what is read, what is revoked, and what stays.

All grants to OAIs of the stack are revoked, because these OAIs are deleted next. Grants to other OAIs are revoked if
the distribution's tag shows that cfstream made them. The tag is deleted with the distribution. So grants that only the
tag shows are revoked after the distribution is disabled and before it is deleted. All others are revoked after that.
"""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.errors import Notice
from cfstream.kinds.object_acl.left_jobs import about_left_jobs, read_left_jobs
from cfstream.kinds.object_acl.observed import KIND, LiveGrants, Tally, counted, former_granted, held
from cfstream.kinds.object_acl.revoking import grants_on_objects
from cfstream.kinds.origin_access_identity import LiveIdentities
from cfstream.ports import Reads
from cfstream.stack.context import StackContext
from cfstream.stack.identities import Identities, unwanted_identities, used_identity
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step


def grants_left(aws: Reads, state: LiveState) -> LiveGrants:
    """Return the grants on objects to owned OAIs and to those in the tag, and who else reads with these.

    Reads the ACL of every object of the bucket, unless ACLs are disabled or there is no such OAI.
    Raises as `Reads.read`.
    """
    context, bucket, own, identities = state.context, state.bucket, state.own, state.identities
    former = former_granted(aws, context, own)
    have = LiveGrants(
        bucket=bucket,
        own=own,
        distributions=state.staying,
        canonical_users={each.id: each.canonical_user for each in identities.all},
        former=former,
        left=read_left_jobs(aws, context, bucket, own, former),
    )
    if not (bucket.usable and bucket.acls_count):
        return have
    wanted = {*_ours(context, identities), *have.marked}
    users = {id_: user for id_, user in have.canonical_users.items() if id_ in wanted}
    counts, acls = held(aws, context, bucket, users)
    return replace(have, held=counts, tally=Tally(acls=acls))


def last_revokes(context: StackContext, have: LiveGrants, results: KindResults) -> Proposal:
    """Return the steps that revoke the stack's grants, unless others read the bucket with the same OAI."""
    ours = _ours(context, results.observed(LiveIdentities).identities)
    steps: list[Step] = []
    notices: list[Notice] = []
    for id_, objects in sorted(have.held.items()):
        users = have.readers(context, have.bucket.name).by_oai.get(id_, ())
        if users:
            text = f"{counted(objects)} in {have.bucket.name} keep a grant to {id_}: still used by {', '.join(users)}"
            notices.append(Notice(text, stays=True))
        else:
            steps.append(_revoke(context, have, id_, objects, early=id_ not in ours))
    steps += _in_former_buckets(context, have)
    left = about_left_jobs(context, have.left, have.marked)
    return replace(left, steps=tuple(steps), notices=(*left.notices, *notices, *_without_effect(have)))


def _ours(context: StackContext, identities: Identities) -> frozenset[str]:
    kept = used_identity(context.stack.spec)
    return frozenset(live.id for live in unwanted_identities(context, identities, kept))


def _revoke(context: StackContext, have: LiveGrants, identity: str, objects: int, *, early: bool) -> Revoke:
    return Revoke(
        address=context.address(KIND),
        stage=Stage.REVOKE_REMEMBERED if early else Stage.REVOKE,
        because=f"{counted(objects)} with a grant to {identity}",
        line=context.stack.line("grant"),
        changes=(Change("grant.via", f"object-acl for {identity}", None),),
        edit=grants_on_objects(context, have, have.canonical_users[identity]),
    )


def _in_former_buckets(context: StackContext, have: LiveGrants) -> Iterator[Revoke]:
    """Yield the steps that revoke grants in former buckets, which only the distribution's tags show."""
    for name, region in have.former:
        for id_ in have.marked:
            if id_ not in have.canonical_users or have.readers(context, name).by_oai.get(id_):
                continue
            yield Revoke(
                address=context.address(KIND, name),
                stage=Stage.REVOKE_REMEMBERED,
                because="the distribution no longer reads this bucket",
                line=context.stack.line("bucket"),
                changes=(Change("grant.via", f"object-acl for {id_}", None),),
                edit=replace(
                    grants_on_objects(context, have, have.canonical_users[id_]), bucket=name, region=region
                ),
            )


def _without_effect(have: LiveGrants) -> tuple[Notice, ...]:
    if not have.marked or not have.bucket.usable or have.bucket.acls_count:
        return ()
    text = f"objects keep their grants to {', '.join(have.marked)}, without effect while ACLs are disabled"
    return (Notice(text),)
