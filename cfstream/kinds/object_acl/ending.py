"""The end of grants on objects when a stack is destroyed: what is read, what is revoked, and what stays.

Grants to our own OAIs are revoked, whoever made them, because these OAIs are deleted next. Grants to an OAI of somebody
else are revoked if the distribution's mark shows that we made them. The mark is deleted with the distribution. So the
grants that only the mark shows are revoked before that, once the distribution answers nobody; all others after it.
"""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.errors import Notice
from cfstream.kinds.object_acl.observed import KIND, LiveGrants, Tally, counted, former_granted, held
from cfstream.kinds.origin_access_identity import LiveIdentities
from cfstream.ports import Reads
from cfstream.stack.identities import Identities, unwanted_identities, used_identity
from cfstream.stack.proposal import Landscape, Proposal
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step


def grants_left(aws: Reads, around: Surroundings) -> LiveGrants:
    """Return the grants on objects to our OAIs and to those of the mark, and who else reads by these.

    Reads the ACL of every object of the bucket, unless ACLs have no effect there or there is no OAI to look for.
    Raises as `Reads.read`.
    """
    scene, bucket, own, identities = around.scene, around.bucket, around.own, around.identities
    former = former_granted(aws, scene, own)
    have = LiveGrants(
        bucket=bucket,
        own=own,
        distributions=around.staying,
        canonical_users={each.id: each.canonical_user for each in identities.all},
        former=former,
    )
    if not (bucket.usable and bucket.acls_count):
        return have
    wanted = {*_ours(scene, identities), *have.marked}
    users = {id_: user for id_, user in have.canonical_users.items() if id_ in wanted}
    counts, acls = held(aws, scene, bucket, users)
    return replace(have, held=counts, tally=Tally(acls=acls))


def last_revokes(scene: Scene, have: LiveGrants, land: Landscape) -> Proposal:
    """Revoke our grants, unless somebody else reads the bucket by the same OAI."""
    ours = _ours(scene, land.observed(LiveIdentities).identities)
    steps: list[Step] = []
    notices: list[Notice] = []
    for id_, objects in sorted(have.held.items()):
        users = have.readers(scene, have.bucket.name).by_oai.get(id_, ())
        if users:
            text = f"{counted(objects)} of {have.bucket.name} stay granted to {id_}: {', '.join(users)} reads by it"
            notices.append(Notice(text))
        else:
            steps.append(_revoke(scene, have, id_, objects, early=id_ not in ours))
    steps += _in_former_buckets(scene, have)
    return Proposal(steps=tuple(steps), notices=(*notices, *_without_effect(have)))


def _ours(scene: Scene, identities: Identities) -> frozenset[str]:
    kept = used_identity(scene.stack.spec)
    return frozenset(live.id for live in unwanted_identities(scene, identities, kept))


def _revoke(scene: Scene, have: LiveGrants, identity: str, objects: int, *, early: bool) -> Revoke:
    bucket = have.bucket
    user = have.canonical_users[identity]
    return Revoke(
        address=scene.address(KIND),
        stage=Stage.REVOKE_REMEMBERED if early else Stage.REVOKE,
        because=f"{counted(objects)} granted to {identity}",
        line=scene.stack.line("grant"),
        changes=(Change("grant.via", f"object-acl for {identity}", None),),
        edit=ObjectGrants(bucket.name, bucket.region, scene.account, "", user, None),
    )


def _in_former_buckets(scene: Scene, have: LiveGrants) -> Iterator[Revoke]:
    """Yield the steps that revoke grants in former buckets, which only the distribution's tags show."""
    for name, region in have.former:
        for id_ in have.marked:
            if id_ not in have.canonical_users or have.readers(scene, name).by_oai.get(id_):
                continue
            yield Revoke(
                address=scene.address(KIND, name),
                stage=Stage.REVOKE_REMEMBERED,
                because="a bucket that the distribution has left",
                line=scene.stack.line("bucket"),
                changes=(Change("grant.via", f"object-acl for {id_}", None),),
                edit=ObjectGrants(name, region, scene.account, "", have.canonical_users[id_], None),
            )


def _without_effect(have: LiveGrants) -> tuple[Notice, ...]:
    if not have.marked or not have.bucket.usable or have.bucket.acls_count:
        return ()
    told = (
        f"objects keep their grants to {', '.join(have.marked)}: they have no effect while ACLs are disabled"
    )
    return (Notice(told),)
