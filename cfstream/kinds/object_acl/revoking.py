"""The steps that revoke grants on objects: to former OAIs, in former buckets, and outside a narrower prefix. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from cfstream.errors import Notice
from cfstream.kinds.object_acl.marking import beside, unmark
from cfstream.kinds.object_acl.observed import KIND, LiveGrants
from cfstream.stack.context import StackContext
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import Known


def grants_on_objects(
    context: StackContext, have: LiveGrants, user: Known, prefix: str = "", permission: str | None = None
) -> ObjectGrants:
    """Return the edit that leaves the user only the permission on all objects under the prefix; None revokes all."""
    bucket, listed = have.bucket, bool(have.left.regions)
    return ObjectGrants(
        bucket.name, bucket.region, context.account, prefix, user, permission, lists_jobs=listed
    )


def narrow(context: StackContext, have: LiveGrants, user: Known) -> Revoke:
    """Return the step that revokes the grants that a wider prefix left outside the spec's prefix."""
    prefix = context.stack.spec.grant.prefix
    return Revoke(
        address=context.address(KIND),
        stage=Stage.REVOKE,
        because=f"the spec grants only objects under {prefix}",
        line=context.stack.line("grant", "prefix"),
        changes=(Change("grant.prefix", "wider", prefix),),
        edit=replace(grants_on_objects(context, have, user), beyond=prefix),
    )


def without_former(
    context: StackContext, have: LiveGrants, former: Sequence[str], identity: Known | None
) -> tuple[list[Step], list[Notice]]:
    """Return the steps that revoke the grants to former OAIs and untag them, and notices of what stays."""
    still = have.readers(context, have.bucket.name).by_oai
    needed = [each for each in former if each in still]
    former = [each for each in former if each not in still]
    stays = [
        Notice(f"objects keep their grants to {each}: still used by {', '.join(still[each])}")
        for each in needed
    ]
    if not former or have.own is None:
        return [], stays
    counts = have.bucket.usable and have.bucket.acls_count
    if have.bucket.usable and not counts and not have.former:
        text = f"objects keep their grants to {', '.join(former)}, without effect while ACLs are disabled"
        return [], [*stays, Notice(text)]
    known = [each for each in former if each in have.canonical_users]
    steps: list[Step] = [_from_former(context, have, each) for each in known if counts]
    notices = [
        Notice(f"the identity {each} was deleted: its grants on objects have no effect")
        for each in former
        if each not in known
    ]
    kept = beside(needed, identity) if identity is not None else " ".join(needed) or None
    return [*steps, unmark(context, have.own, former, kept)], [*stays, *notices]


def _from_former(context: StackContext, have: LiveGrants, identity: str) -> Revoke:
    return Revoke(
        address=context.address(KIND),
        stage=Stage.REVOKE,
        because=f"objects no longer need a grant to {identity}",
        line=context.stack.line("grant"),
        changes=(Change("grant.via", f"object-acl for {identity}", None),),
        edit=grants_on_objects(context, have, have.canonical_users[identity]),
    )


def in_former_buckets(context: StackContext, have: LiveGrants) -> list[Step]:
    """Return the steps that revoke the grants in former buckets."""
    return [
        Revoke(
            address=context.address(KIND, name),
            stage=Stage.REVOKE,
            because=f"the distribution reads {have.bucket.name} instead",
            line=context.stack.line("bucket"),
            changes=(Change("bucket", name, have.bucket.name),),
            edit=replace(
                grants_on_objects(context, have, have.canonical_users[each]), bucket=name, region=region
            ),
        )
        for name, region in have.former
        for each in have.marked
        if each in have.canonical_users and each not in have.readers(context, name).by_oai
    ]
