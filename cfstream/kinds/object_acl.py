"""Grants to the OAI on the objects themselves: the recipe of 2011, and the only way where several accounts
own objects.

Lives here: how many objects lack the grant, and who else was granted before. What is done to each object is
`steps/object_grants`. Before the first grant to an OAI the distribution is tagged with its id, for nothing
else would tell later that objects have grants to take back: ``cfstream:acl``. While one OAI follows another
both ids stand there.

What a wider prefix has left behind is found by a sample (`objects_beyond`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from cfstream.errors import Missing, NotAuthorized, Notice, Refused
from cfstream.kinds.bucket import LiveBucket, bucket_call, read_bucket
from cfstream.kinds.distributions import ACL_TAG, LiveDistribution, all_distributions, find
from cfstream.kinds.former_buckets import former_names
from cfstream.kinds.key_group import group_names
from cfstream.kinds.kind import Landscape, Proposal, Relied, Scene
from cfstream.kinds.objects_beyond import granted_beyond, marked, shared
from cfstream.kinds.origin_access_identity import OriginAccessIdentityKind, UsedIdentity
from cfstream.kinds.policy_grants import LivePolicy, our_sids
from cfstream.kinds.readers import Serving, faithful_groups, opens_before_guarded, public_hazards, servings
from cfstream.policy_document import by_sid, covers
from cfstream.ports import Call, Reads
from cfstream.steps.grant import Grant
from cfstream.steps.modify import Mark
from cfstream.steps.object_grants import ObjectGrants, permissions_of, public_permissions
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Hazard, Stage, Step
from cfstream.values import Joined, Json, Known, digest, refs_in

KIND = "object-acl"

CHUNK = 200
"""Objects whose ACLs are read together; memory holds no more of them than that."""


@dataclass(frozen=True)
class WantedGrants:
    """Exactly this permission for the OAI on every object under the prefix."""

    permission: str
    prefix: str


@dataclass(frozen=True)
class Tally:
    """The objects under the prefix, counted."""

    total: int = 0
    granted: int = 0
    """Those on which the OAI has exactly the wanted permission."""
    otherwise: int = 0
    """Those on which it has another permission."""
    public: int = 0
    """Those whose ACL lets everybody read."""
    sha256: str = ""
    """Over (key, granted) of each object, in S3's order."""

    @property
    def lacking(self) -> int:
        return self.total - self.granted


def counted(number: int) -> str:
    """So many objects, in words."""
    return f"{number} object" + ("" if number == 1 else "s")


@dataclass(frozen=True)
class LiveGrants:
    """What is live of grants on objects, and who can make use of them."""

    bucket: LiveBucket
    tally: Tally = Tally()
    own: LiveDistribution | None = None
    servings: tuple[Serving, ...] = ()
    group_names: Mapping[str, str] = field(default_factory=dict)
    """Names of the account's key groups, by id."""
    canonical_users: Mapping[str, str] = field(default_factory=dict)
    """Canonical user id by OAI id, of all OAIs of the account."""
    former: tuple[tuple[str, str], ...] = ()
    """Name and region of each bucket that the distribution has read until now, when objects were granted."""
    beyond: bool = False
    """Whether objects outside the prefix give something to our own identity, as a wider prefix wanted it."""

    @property
    def marked(self) -> tuple[str, ...]:
        """The OAIs that objects were granted to, by the mark on the distribution."""
        return tuple((self.own.tags.get(ACL_TAG) or "").split()) if self.own else ()


class ObjectAclKind:
    """The kind ``object-acl``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedGrants | None:
        """The permission and the prefix of the spec; None when the grant is not on objects."""
        grant = scene.stack.spec.grant
        return WantedGrants(grant.permission, grant.prefix) if grant.via == "object-acl" else None

    def observe(self, aws: Reads, scene: Scene, want: WantedGrants | None) -> LiveGrants:
        """Lists distributions and OAIs; when grants are wanted, reads the ACL of every object under the
        prefix.

        Raises as `Reads.read`; an object whose ACL may not be read counts as not granted.
        """
        bucket, own = read_bucket(aws, scene), find(aws, scene)
        identity_kind = OriginAccessIdentityKind()
        wanted = identity_kind.desire(scene)
        identities = identity_kind.observe(aws, scene, wanted)
        grantee = identities.get(wanted.id) if isinstance(wanted, UsedIdentity) else identities.own
        counted = want is not None and bucket.usable
        serving = servings(all_distributions(aws), own, bucket.name)
        mine = identities.own if counted and not isinstance(wanted, UsedIdentity) else None
        return LiveGrants(
            bucket=bucket,
            tally=_tally(aws, scene, bucket, want, grantee.canonical_user if grantee else "")
            if want is not None and counted
            else Tally(),
            own=own,
            servings=serving,
            group_names=group_names(aws),
            canonical_users={each.id: each.canonical_user for each in identities.all},
            former=_former(aws, scene, own),
            beyond=mine is not None
            and marked(own, ACL_TAG, mine.id)
            and not shared(serving, mine.id)
            and granted_beyond(aws, scene, bucket, mine.canonical_user),
        )

    def propose(self, scene: Scene, want: WantedGrants | None, have: LiveGrants, land: Landscape) -> Proposal:
        """Marks, grants what is lacking, takes back what a former OAI was granted, and unmarks."""
        if scene.stack.spec.grant.via == "elsewhere":
            return Proposal()
        identity = land.get(scene.address("origin-access-identity")) if want else None
        user = land.get(scene.address("origin-access-identity"), "canonical_user") if want else None
        if want is not None and (identity is None or user is None):
            return Proposal()
        former = tuple(each for each in have.marked if each != identity)
        steps: list[Step] = []
        if want is not None and identity is not None and user is not None and have.tally.lacking:
            steps += _mark(scene, have, former, identity)
            hazards = (*_widening(scene, want, have, land), *public_hazards(scene, have.servings, identity))
            groups = faithful_groups(scene, land, have.own, have.group_names)
            granted = _grant(scene, want, replace(have, group_names=groups), identity, user)
            steps.append(replace(granted, hazards=hazards))
        if user is not None and have.beyond:
            steps.append(_narrow(scene, have, user))
        taken, notices = _taken(scene, have, former, identity)
        relied = Relied(scene.address(KIND), digest(_counted(have.tally)), content=_counted(have.tally))
        return Proposal(
            steps=(*steps, *taken, *_old(scene, have)),
            relied_on=(relied,) if want is not None else (),
            notices=tuple(notices),
        )


def _tally(aws: Reads, scene: Scene, bucket: LiveBucket, want: WantedGrants, user: str) -> Tally:
    """Counts the objects; without a grantee, who is yet to be made, none has the grant and no ACL is read."""
    hashed = hashlib.sha256()
    total = granted = otherwise = public = 0
    for keys in _chunks(_keys(aws, scene, bucket, want.prefix)):
        for key, acl in zip(keys, _acls(aws, scene, bucket, keys, user), strict=True):
            if acl is None:
                continue
            has = permissions_of(acl, user) if user else frozenset()
            exact = has == {want.permission}
            total, granted = total + 1, granted + exact
            otherwise += bool(has) and not exact
            public += bool(public_permissions(acl) & {"READ", "FULL_CONTROL"})
            hashed.update(json.dumps([key, exact]).encode())
    return Tally(total, granted, otherwise, public, hashed.hexdigest())


def _keys(aws: Reads, scene: Scene, bucket: LiveBucket, prefix: str) -> Iterator[str]:
    for page in aws.pages(bucket_call(scene, "list_objects_v2", bucket.region, Prefix=prefix)):
        for row in page.get("Contents") or ():
            yield str(row["Key"])


def _chunks(keys: Iterator[str]) -> Iterator[Sequence[str]]:
    while chunk := list(islice(keys, CHUNK)):
        yield chunk


def _acls(aws: Reads, scene: Scene, bucket: LiveBucket, keys: Sequence[str], user: str) -> list[Json | None]:
    """The ACL of each object; None for one that is gone meanwhile, and an empty one where it may not be
    read.
    """
    if not user:
        return [{} for _ in keys]
    calls = [bucket_call(scene, "get_object_acl", bucket.region, Key=key) for key in keys]
    return [_acl(answer) for answer in aws.together(calls)]


def _acl(answer: Json | Refused) -> Json | None:
    match answer:
        case Missing():
            return None
        case NotAuthorized():
            return {}
        case Refused():
            raise answer
    return answer


def _counted(tally: Tally) -> Json:
    return {"objects": tally.total, "granted": tally.granted, "sha256": tally.sha256}


def _former(aws: Reads, scene: Scene, own: LiveDistribution | None) -> tuple[tuple[str, str], ...]:
    if own is None or not own.tags.get(ACL_TAG):
        return ()
    names = former_names(scene, own)
    answers = aws.together([bucket_call(scene, "head_bucket", scene.region, name) for name in names])
    found = []
    for name, answer in zip(names, answers, strict=True):
        if not isinstance(answer, Refused):
            found.append((name, str(answer.get("BucketRegion") or scene.region)))
        elif answer.region:
            found.append((name, answer.region))
        elif not isinstance(answer, Missing | NotAuthorized):
            raise answer
    return tuple(found)


def _widening(scene: Scene, want: WantedGrants, have: LiveGrants, land: Landscape) -> tuple[Hazard, ...]:
    """A hazard where the identity may do less now, by the objects' own grants or by our statement in the policy."""
    policy: LivePolicy | None = land.live.get("bucket-policy")
    document = policy.document if policy else None
    ours = [by_sid(document, sid) or {} for sid in our_sids(scene, document)]
    if want.permission == "FULL_CONTROL" and (have.tally.otherwise or ours):
        many = counted(have.tally.otherwise or have.tally.total)
        return (Hazard("widens-grant", f"FULL_CONTROL in place of less for the identity: {many}"),)
    if ours and not any(covers(each, have.bucket.name, want.prefix) for each in ours):
        under = f"what is under {want.prefix}" if want.prefix else "all of the bucket"
        return (Hazard("widens-grant", f"{under} becomes readable, and not all of it was"),)
    return ()


def _grant(scene: Scene, want: WantedGrants, have: LiveGrants, identity: Known, user: Known) -> Grant:
    tally = have.tally
    late = opens_before_guarded(scene, have.servings, identity, have.group_names)
    return Grant(
        address=scene.address(KIND),
        stage=Stage.LATE_GRANT if late else Stage.GRANT,
        because=f"{tally.lacking} of {tally.total} objects without exactly {want.permission} for the identity",
        line=scene.stack.line("grant"),
        changes=(
            Change(
                "grant.permission",
                f"{want.permission} on {tally.granted} of {tally.total} objects",
                f"{want.permission} on {tally.total} of {tally.total} objects",
            ),
        ),
        edit=_edit(scene, have.bucket, want.prefix, user, want.permission, total=tally.total),
    )


def _narrow(scene: Scene, have: LiveGrants, user: Known) -> Revoke:
    """The end of the grants that a wider prefix has left outside the one of the spec."""
    prefix, bucket = scene.stack.spec.grant.prefix, have.bucket
    return Revoke(
        address=scene.address(KIND),
        stage=Stage.REVOKE,
        because=f"only what is under {prefix} is to be read",
        line=scene.stack.line("grant", "prefix"),
        changes=(Change("grant.prefix", "wider", prefix),),
        edit=ObjectGrants(bucket.name, bucket.region, scene.account, "", user, None, beyond=prefix),
    )


def _edit(
    scene: Scene, bucket: LiveBucket, prefix: str, user: Known, permission: str | None, *, total: int = 0
) -> ObjectGrants:
    return ObjectGrants(bucket.name, bucket.region, scene.account, prefix, user, permission, total)


def _mark(scene: Scene, have: LiveGrants, former: Sequence[str], identity: Known) -> list[Step]:
    """The mark that goes before the first grant; a new distribution carries it from its creating call."""
    if have.own is None or identity in have.marked:
        return []
    return [
        _tag(
            scene,
            have.own,
            _beside(former, identity),
            Stage.MARK,
            "remember that objects are granted, before the first one is",
        )
    ]


def _beside(former: Sequence[str], identity: Known) -> Known:
    if not former:
        return identity
    start = " ".join(former) + " "
    return start + identity if isinstance(identity, str) else Joined((start, *refs_in(identity)))


def _tag(scene: Scene, own: LiveDistribution, value: Known, stage: Stage, because: str) -> Mark:
    tags = {"Items": [{"Key": ACL_TAG, "Value": value}]}
    return Mark(
        address=scene.address(KIND),
        stage=stage,
        because=because,
        line=scene.stack.line("grant"),
        changes=(Change(f"tags.{ACL_TAG}", own.tags.get(ACL_TAG), value),),
        call=Call("cloudfront", "tag_resource", {"Resource": own.arn, "Tags": tags}),
        seen=own.tags,
    )


def _unmark(scene: Scene, own: LiveDistribution, former: Sequence[str], identity: Known | None) -> Mark:
    """The end of the former OAIs' mark; the wanted one's stays."""
    because = f"no object is granted to {', '.join(former)} any more"
    if identity is not None:
        return _tag(scene, own, identity, Stage.UNMARK, because)
    return Mark(
        address=scene.address(KIND),
        stage=Stage.UNMARK,
        because=because,
        line=scene.stack.line("grant"),
        changes=(Change(f"tags.{ACL_TAG}", own.tags.get(ACL_TAG), None),),
        call=Call("cloudfront", "untag_resource", {"Resource": own.arn, "TagKeys": {"Items": [ACL_TAG]}}),
        seen=own.tags,
    )


def _taken(
    scene: Scene, have: LiveGrants, former: Sequence[str], identity: Known | None
) -> tuple[list[Step], list[Notice]]:
    """The end of the grants to OAIs that objects are not granted to any more, and of their mark.

    A bucket that is yet to be made has no such objects; those of a former bucket are the matter of `_old`.
    """
    if not former or have.own is None:
        return [], []
    counts = have.bucket.usable and have.bucket.acls_count
    if have.bucket.usable and not counts and not have.former:
        text = (
            f"objects keep their grants to {', '.join(former)}: they have no effect while ACLs are disabled"
        )
        return [], [Notice(text)]
    steps: list[Step] = [
        Revoke(
            address=scene.address(KIND),
            stage=Stage.REVOKE,
            because=f"objects need no grant to {each} any more",
            line=scene.stack.line("grant"),
            changes=(Change("grant.via", f"object-acl for {each}", None),),
            edit=_edit(scene, have.bucket, "", have.canonical_users[each], None),
        )
        for each in former
        if counts and each in have.canonical_users
    ]
    gone = [each for each in former if each not in have.canonical_users]
    notices = [Notice(f"the identity {each} is gone: grants to it on objects let nobody in") for each in gone]
    return [*steps, _unmark(scene, have.own, former, identity)], notices


def _old(scene: Scene, have: LiveGrants) -> list[Step]:
    """The end of the grants in the buckets that the distribution has read until now."""
    return [
        Revoke(
            address=scene.address(KIND, name),
            stage=Stage.REVOKE,
            because=f"the distribution reads {have.bucket.name} instead",
            line=scene.stack.line("bucket"),
            changes=(Change("bucket", name, have.bucket.name),),
            edit=ObjectGrants(name, region, scene.account, "", have.canonical_users[each], None),
        )
        for name, region in have.former
        for each in have.marked
        if each in have.canonical_users
    ]
