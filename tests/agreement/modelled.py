"""A state of the evaluator as a model of the planner."""

from collections.abc import Iterator, Mapping

from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import AclGrant, Block, BucketState, Delivery, ObjectAcls, ObjectClass
from cfstream.domain import Distribution as Modelled
from cfstream.domain.parse import distribution_from_config
from cfstream.values import Known
from tests.evaluator.build import MEDIA, OURS
from tests.evaluator.state import OWNER, Bucket, Distribution, Json, State, Version
from tests.evaluator.worlds import GROUPS


def model(state: State) -> AccessModel:
    """Return the model of a state. Each distribution has the last of its versions, which is the one that is live."""
    groups: Mapping[Known, GroupState] = {
        name: GroupState(name, frozenset(keys)) for name, keys in GROUPS.items()
    }
    return AccessModel(
        state.account,
        _bucket(state.buckets[MEDIA]),
        distributions=tuple(map(_distribution, state.distributions)),
        own=OURS,
        identities={user: id_ for id_, user in state.identities.items()},
        unsigned_controls=frozenset(
            id_ for id_, control in state.controls.items() if control["SigningBehavior"] == "never"
        ),
        groups=groups,
    )


def deployed(state: State) -> State:
    """Return the state with the last version of each distribution only."""
    last = (
        Distribution(each.id, (Version(each.versions[-1].config, GROUPS),), each.kind)
        for each in state.distributions
    )
    return State(state.buckets, tuple(last), state.identities, state.controls)


def _distribution(found: Distribution) -> Modelled:
    delivery = Delivery.RTMP if found.kind == "streaming-distribution" else Delivery.HTTP
    return distribution_from_config(delivery, found.id, found.arn, found.versions[-1].config)


def _bucket(found: Bucket) -> BucketState:
    return BucketState(
        found.name,
        owner=OWNER,
        policy=found.policy,
        block=Block(
            acls=found.block["BlockPublicAcls"],
            ignore_acls=found.block["IgnorePublicAcls"],
            policy=found.block["BlockPublicPolicy"],
            restrict=found.block["RestrictPublicBuckets"],
        ),
        ownership=found.ownership,
        grants=tuple(_grants(found.acl, OWNER)),
        objects=ObjectAcls(
            tuple(
                ObjectClass(frozenset(_grants(acl, OWNER)), (key,), _owner(acl))
                for key, acl in found.objects.items()
            )
        ),
    )


def _owner(acl: Json | None) -> str:
    owner = acl["Owner"]["ID"] if acl else OWNER
    return "" if owner == OWNER else owner


def _grants(acl: Json | None, owner: str) -> Iterator[AclGrant]:
    for grant in (acl or {}).get("Grants", ()):
        grantee = grant["Grantee"].get("URI") or grant["Grantee"]["ID"]
        if grantee != owner:
            yield AclGrant(grantee, grant["Permission"])
