"""Build worlds that `access` can judge: what is live, and what a plan leaves. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from cfstream.access.world import BucketWorld, GroupState
from cfstream.domain import (
    AclGrant,
    Block,
    BucketState,
    Delivery,
    Distribution,
    ObjectAcls,
    ObjectClass,
    distribution_from_config,
)
from cfstream.domain.bucket import LEGACY
from cfstream.kinds.bucket_policy.observed import LivePolicy, sid_of
from cfstream.kinds.key_group.observed import LiveGroups
from cfstream.kinds.object_acl.observed import LiveGrants
from cfstream.kinds.origin_access_control import LiveControls
from cfstream.policy_document import by_sid, is_pending, merge
from cfstream.policy_document.document import oai_arn
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.proposal import Landscape
from cfstream.stack.scene import Scene
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.create import Create
from cfstream.steps.create_bucket import CreateBucket
from cfstream.steps.delete import Delete
from cfstream.steps.disable import Disable
from cfstream.steps.grant import Granting
from cfstream.steps.modify import Modify
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Step
from cfstream.values import Json, Known, Ref

UNREAD = ObjectAcls(complete=False)

SHUT = Block(acls=True, ignore_acls=True, policy=True, restrict=True)
"""What a bucket has that `CreateBucket` creates."""


def live_world(scene: Scene, land: Landscape) -> BucketWorld:
    """Return the stack's bucket and all that leads to it, as the kinds have observed them."""
    policy = land.observed(LivePolicy)
    grants = land.observed(LiveGrants)
    groups = land.observed(LiveGroups)
    controls = land.observed(LiveControls)
    identities: dict[Known, Known] = dict(policy.identities.items())
    # A list may lag behind a creation. The identity in the distribution's tags was read by its id.
    identities.update((user, id_) for id_, user in grants.canonical_users.items())
    return BucketWorld(
        account=scene.account,
        bucket=_bucket(scene, policy, grants),
        partition=scene.partition,
        distributions=policy.distributions,
        own=policy.own.id if policy.own else None,
        identities=identities,
        unsigned_controls=frozenset(each.id for each in controls.all if each.never_signs),
        groups={each.id: GroupState(each.name, frozenset(each.keys)) for each in groups.all},
        stacks=dict(policy.stacks.items()),
    )


def former_world(scene: Scene, land: Landscape, live: BucketWorld) -> BucketWorld | None:
    """Return the world around the bucket that the distribution reads now, if the spec names another one.

    Grants on single objects of that bucket are not read.
    """
    policy = land.observed(LivePolicy)
    origin = policy.own.default_origin if policy.own else None
    former = next((each for each in policy.former if origin and each.name == origin.bucket), None)
    if former is None or scene.destroying:
        return None
    bucket = BucketState(
        former.name, scene.partition, policy=former.document, policy_unread=former.unread, objects=UNREAD
    )
    return replace(live, bucket=bucket)


def _bucket(scene: Scene, policy: LivePolicy, grants: LiveGrants) -> BucketState:
    live = policy.bucket
    return BucketState(
        name=live.name,
        partition=scene.partition,
        owner=live.owner,
        exists=not live.missing,
        policy=_settled(scene, policy),
        policy_unread=policy.unread or live.why_not,
        block=live.effective,
        ownership=live.ownership or LEGACY,
        grants=tuple(AclGrant(*each) for each in live.grants if each[0] != live.owner),
        objects=_objects(scene, live, grants),
        access_points=live.access_points,
    )


def _objects(scene: Scene, live: LiveBucket, grants: LiveGrants) -> ObjectAcls:
    """Return what is known about the objects' ACLs. With `via: elsewhere` a plan does not read them."""
    elsewhere = scene.stack.spec.grant.via == "elsewhere" and live.acls_count
    return replace(grants.acls, granted_unread=elsewhere and not grants.acls.complete)


def _settled(scene: Scene, policy: LivePolicy) -> Json | None:
    """Return the policy with our OAI in place of the unique id that S3 shows for it right after a write."""
    ours = by_sid(policy.document, sid_of(scene, "oai"))
    origin = policy.own.default_origin if policy.own else None
    if ours is None or not is_pending(ours) or origin is None or not origin.oai_id:
        return policy.document
    known = {**ours, "Principal": {"AWS": oai_arn(scene.partition, origin.oai_id)}}
    return merge(policy.document, (known,), ())


def projected(world: BucketWorld, step: Step, stack: str = "") -> BucketWorld:
    """Return the world as it is once a step is done. `stack` owns what the step creates; empty for another stack."""
    match step:
        case CreateBucket():
            bucket = replace(world.bucket, exists=True, block=SHUT, ownership=step.ownership)
            return replace(world, bucket=bucket) if step.bucket == world.bucket.name else world
        case Granting() | Revoke():
            return replace(world, bucket=_edited(world.bucket, step.edit))
        case Create() | Modify() | Disable() | Delete():
            return _with_resource(world, step, stack)
    return world


def projected_all(world: BucketWorld, steps: Iterable[Step], stack: str = "") -> BucketWorld:
    """Return the world as it is once all steps are done, in their order."""
    for step in steps:
        world = projected(world, step, stack)
    return world


def _edited(bucket: BucketState, edit: PolicyEdit | ObjectGrants) -> BucketState:
    if edit.bucket != bucket.name:
        return bucket
    if isinstance(edit, PolicyEdit):
        return replace(bucket, policy=merge(bucket.policy, edit.put, edit.drop))
    return _granted(bucket, edit)


def _granted(bucket: BucketState, edit: ObjectGrants) -> BucketState:
    """Return the bucket in which every object under the prefix has exactly the permission for the grantee."""
    found: dict[tuple[frozenset[AclGrant], str], list[str]] = {}
    for each in bucket.objects.classes:
        kept = frozenset(grant for grant in each.grants if grant.grantee != edit.grantee)
        given = kept | ({AclGrant(edit.grantee, edit.permission)} if edit.permission else frozenset())
        for key in each.keys:
            concerned = key.startswith(edit.prefix) and not (edit.beyond and key.startswith(edit.beyond))
            found.setdefault((given if concerned else each.grants, each.owner), []).append(key)
    classes = tuple(ObjectClass(grants, tuple(keys), owner) for (grants, owner), keys in found.items())
    return replace(bucket, objects=replace(bucket.objects, classes=classes))


def _with_resource(world: BucketWorld, step: Create | Modify | Disable | Delete, stack: str) -> BucketWorld:
    kind = step.address.kind
    if kind in {each.kind for each in Delivery}:
        return _with_distribution(world, step, Delivery.of_kind(kind), stack)
    if kind == "key-group" and isinstance(step, Create | Modify):
        config = step.call.params["KeyGroupConfig"]
        group: Known = Ref(step.id) if isinstance(step, Create) else step.call.params["Id"]
        state = GroupState(config["Name"], frozenset(config["Items"]))
        return replace(world, groups={**world.groups, group: state})
    if kind == "origin-access-identity" and isinstance(step, Create):
        identities = {**world.identities, Ref(step.id, "canonical_user"): Ref(step.id)}
        return replace(world, identities=identities)
    if kind == "origin-access-control" and isinstance(step, Modify):
        return replace(world, unsigned_controls=world.unsigned_controls - {step.call.params["Id"]})
    return world


def _with_distribution(
    world: BucketWorld, step: Create | Modify | Disable | Delete, delivery: Delivery, stack: str
) -> BucketWorld:
    if isinstance(step, Create):
        config = step.call.params[f"{delivery.document}WithTags"][delivery.document]
        made = distribution_from_config(delivery, Ref(step.id), Ref(step.id, "arn"), config)
        known = replace(world, distributions=(*world.distributions, made))
        stacks = {**world.stacks, made.id: step.address.stack}
        return replace(known, stacks=stacks, own=made.id if stack else world.own)
    target = step.call.params["Id"]
    others = tuple(each for each in world.distributions if each.id != target)
    if isinstance(step, Delete):
        return replace(world, distributions=others)
    return replace(world, distributions=(*others, _changed(world, target, delivery, step.call.params)))


def _changed(world: BucketWorld, target: Known, delivery: Delivery, params: Json) -> Distribution:
    before = next((each for each in world.distributions if each.id == target), None)
    arn: Known = before.arn if before else ""
    return distribution_from_config(delivery, target, arn, params[delivery.document])
