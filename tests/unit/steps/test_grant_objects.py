"""Granting and revoking on objects: many at once, nothing lost, and running again goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cfstream.errors import Interrupted, Missing, NoCredentials, NotAuthorized, Refused, Throttled
from cfstream.ports import Call
from cfstream.steps import object_grants
from cfstream.steps.grant import GrantRead
from cfstream.steps.object_grants import ObjectGrants, permissions_of, public_permissions, with_grant
from cfstream.steps.step import Stage
from cfstream.values import Address, Json, Known, Ref, StepId
from tests.unit.steps.buckets import (
    ACCOUNT,
    BUCKET,
    OWNER,
    UNREAD,
    Bucket,
    Clock,
    context,
    landed,
    lost,
    refused,
)

OAI = "7" * 96
OTHER = {"Grantee": {"Type": "CanonicalUser", "ID": "5" * 64}, "Permission": "READ"}
PUBLIC = {
    "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
    "Permission": "READ",
}
ADDRESS = Address("object-acl", "lectures")
MADE = StepId("create origin-access-identity:lectures")


def keys(count: int, prefix: str = "hls/") -> list[str]:
    """So many keys under the prefix."""
    return [f"{prefix}{number:05}.m4s" for number in range(count)]


def grant(
    permission: str | None = "READ", prefix: str = "", grantee: Known = OAI, total: int = 0
) -> GrantRead:
    """The step that gives this permission."""
    edit = ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, prefix, grantee, permission, total)
    return GrantRead(address=ADDRESS, stage=Stage.GRANT, because="test", edit=edit, opens=True, guard=UNREAD)


def granted(bucket: Bucket, permission: str = "READ") -> int:
    """How many objects give the OAI exactly this permission."""
    return sum(permissions_of(acl, OAI) == {permission} for acl in bucket.acls.values())


def test_every_object() -> None:
    """Every object gets the grant beside those that it has, over all pages, and keeps its owner."""
    bucket = Bucket(keys=keys(2500))
    bucket.acls["hls/00007.m4s"] = {"Owner": {"ID": OWNER}, "Grants": [OTHER]}
    grant().perform(context(bucket))
    assert granted(bucket) == 2500
    ours = {"Grantee": {"Type": "CanonicalUser", "ID": OAI}, "Permission": "READ"}
    assert bucket.acls["hls/00007.m4s"] == {"Owner": {"ID": OWNER}, "Grants": [OTHER, ours]}


def test_prefix() -> None:
    """Only objects under the prefix are touched."""
    bucket = Bucket(keys=[*keys(3), *keys(2, "posters/")])
    grant(prefix="hls/").perform(context(bucket))
    assert granted(bucket) == 3


def test_again() -> None:
    """Objects that are granted already are not written again."""
    bucket = Bucket(keys=keys(40))
    grant().perform(context(bucket))
    bucket.acls["hls/zz"] = {"Owner": {"ID": OWNER}, "Grants": []}
    grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] == 41


def test_exact_permission() -> None:
    """FULL_CONTROL is narrowed to READ by one write, and nothing of others changes."""
    bucket = Bucket(keys=keys(3))
    grant("FULL_CONTROL").perform(context(bucket))
    grant("READ").perform(context(bucket))
    assert granted(bucket) == 3
    assert bucket.calls["put_object_acl"] == 6


def test_taking_back() -> None:
    """No permission takes the grants of this one back, and leaves ACLs alone that have none."""
    bucket = Bucket(keys=keys(5))
    before = json.dumps(bucket.acls)
    grant(prefix="hls/0000").perform(context(bucket))
    grant(None).perform(context(bucket))
    grant(None).perform(context(bucket))
    assert json.dumps(bucket.acls) == before
    assert bucket.calls["put_object_acl"] == 10


def test_identity_of_this_run() -> None:
    """The OAI may be one that an earlier step brings."""
    bucket = Bucket(keys=keys(2))
    step = grant(grantee=Ref(MADE, "canonical_user"))
    step.perform(context(bucket, outputs={MADE: {"canonical_user": OAI}}))
    assert granted(bucket) == 2


def test_object_gone() -> None:
    """An object deleted between listing and granting is no failure."""
    bucket = Bucket(keys=keys(3))
    bucket.faults["put_object_acl"] = [refused("NoSuchKey", Missing)]
    grant().perform(context(bucket))
    assert granted(bucket) == 2


@pytest.mark.parametrize("fault", [lost, landed, refused("SlowDown", Throttled)])
def test_passing_trouble(fault: Any) -> None:
    """A lost reply is looked after, and a throttled write is made later."""
    bucket = Bucket(keys=keys(4))
    bucket.faults["put_object_acl"] = [fault, None, fault]
    grant().perform(context(bucket))
    assert granted(bucket) == 4


def test_some_refused() -> None:
    """Refused objects are counted and the first is named, once all others are done."""
    bucket = Bucket(keys=keys(100))

    def refusing(bucket: Bucket, call: Any) -> Json:
        if call.params["Key"] in ("hls/00011.m4s", "hls/00060.m4s"):
            raise NotAuthorized(
                "s3:PutObjectAcl", "AccessDenied", "Access Denied", do="allow s3:PutObjectAcl"
            )
        return bucket.do(call)

    bucket.faults["put_object_acl"] = [refusing] * 100
    with pytest.raises(NotAuthorized, match=r"2 of 100 objects not changed, first 'hls/00011.m4s'") as caught:
        grant().perform(context(bucket))
    assert caught.value.do == "allow s3:PutObjectAcl"
    assert granted(bucket) == 98


def test_all_refused() -> None:
    """When nothing succeeds the rest is not tried."""
    bucket = Bucket(keys=keys(2000))
    bucket.faults["put_object_acl"] = [refused("AccessDenied", NotAuthorized)] * 2000
    with pytest.raises(
        NotAuthorized, match=r"all of the first 32 objects were refused, the first is 'hls/0000"
    ):
        grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] < 200


def test_credentials_expire() -> None:
    """What no further try can heal ends the walk at once."""
    bucket = Bucket(keys=keys(2000))

    def expired(bucket: Bucket, call: Any) -> Json:
        raise NoCredentials("the credentials have expired")

    bucket.faults["put_object_acl"] = [None] * 50 + [expired] * 2000
    with pytest.raises(NoCredentials):
        grant().perform(context(bucket))
    assert 50 <= granted(bucket) < 300


def test_no_error_of_ours() -> None:
    """What is not even an error of ours ends the walk too: no object looks done that was not."""
    bucket = Bucket(keys=keys(2000))

    def broken(bucket: Bucket, call: Any) -> Json:
        raise KeyError("Owner")

    bucket.faults["put_object_acl"] = [None] * 50 + [broken] * 2000
    with pytest.raises(KeyError):
        grant().perform(context(bucket))
    assert 50 <= granted(bucket) < 300


def test_full_acl() -> None:
    """An ACL of a hundred grants takes no other, and that is said before S3 is asked."""
    bucket = Bucket(keys=["full.mp4"])
    full = [
        {"Grantee": {"Type": "CanonicalUser", "ID": f"{n:064}"}, "Permission": "READ"} for n in range(100)
    ]
    bucket.acls["full.mp4"] = {"Owner": {"ID": OWNER}, "Grants": full}
    with pytest.raises(Refused, match="it has 100 grants already"):
        grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] == 0


def test_interrupted() -> None:
    """An interrupted walk ends after the objects in hand, and the next one does the rest."""
    bucket = Bucket(keys=keys(500))
    with pytest.raises(Interrupted) as stopped:
        grant(total=500).perform(context(bucket, Clock(patience=100)))
    done = granted(bucket)
    assert 0 < done <= 100
    assert stopped.value.what == f"object-acl:lectures: interrupted with {done} of 500 objects done"
    assert "run the same command again" in stopped.value.do
    grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] == 500


def test_progress() -> None:
    """Progress is told in objects, and ends at all of them."""
    told: list[tuple[str, float | None]] = []
    grant(total=60).perform(context(Bucket(keys=keys(60)), told=told))
    assert told[-1] == ("60 of 60 objects", 1.0)
    assert all(fraction is None or 0 <= fraction <= 1 for _, fraction in told)


def test_empty_bucket() -> None:
    """Where there is no object there is nothing to do."""
    told: list[tuple[str, float | None]] = []
    grant().perform(context(Bucket(), told=told))
    assert told == [("0 of 0 objects", None)]


class Paced(Bucket):
    """A bucket that notes how many listed objects nobody has looked at yet, whenever another page is asked
    for.
    """

    def __init__(self, count: int) -> None:
        super().__init__(keys=keys(count))
        self.waiting: list[int] = []

    def pages(self, call: Call) -> Iterator[Json]:
        listed = 0
        for page in super().pages(call):
            self.waiting.append(listed - self.calls["get_object_acl"])
            listed += len(page["Contents"])
            yield page


def test_memory_stays_flat() -> None:
    """However many objects there are, only so many are in hand at a time."""
    bucket = Paced(5000)
    grant().perform(context(bucket))
    assert len(bucket.waiting) == 5
    assert max(bucket.waiting) <= 2 * object_grants.WIDTH


def test_acl_of_others() -> None:
    """Only what is granted to this one by name counts; what everybody gets is told apart."""
    acl = {"Owner": {"ID": OWNER}, "Grants": [OTHER, PUBLIC]}
    assert permissions_of(acl, OAI) == frozenset()
    assert public_permissions(acl) == {"READ"}
    changed = with_grant(acl, OAI, "READ")
    assert changed is not None
    assert changed["Grants"][:2] == [OTHER, PUBLIC]
    assert with_grant(changed, OAI, None) == acl
