"""Granting and revoking on objects: several at once, nothing is lost, and another run continues."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cfstream.acl_document import permissions_of, public_permissions, with_grant
from cfstream.errors import (
    CfstreamError,
    Interrupted,
    Missing,
    NoCredentials,
    NotAuthorized,
    Refused,
    Throttled,
)
from cfstream.ports import AclHooks, AclOutcome, AclProgress, AclWork, Call
from cfstream.steps import plain_acls
from cfstream.steps.grant import GrantRead
from cfstream.steps.guard import LONGEST_SECONDS
from cfstream.steps.object_grants import ObjectGrants
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
    """Return this number of keys under the prefix."""
    return [f"{prefix}{number:05}.m4s" for number in range(count)]


def grant(
    permission: str | None = "READ", prefix: str = "", grantee: Known = OAI, total: int = 0
) -> GrantRead:
    """Return the step that grants this permission."""
    edit = ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, prefix, grantee, permission, total)
    return GrantRead(address=ADDRESS, stage=Stage.GRANT, because="test", edit=edit, opens=True, guard=UNREAD)


def granted(bucket: Bucket, permission: str = "READ") -> int:
    """Return the number of objects that give the OAI exactly this permission."""
    return sum(permissions_of(acl, OAI) == {permission} for acl in bucket.acls.values())


def test_every_object() -> None:
    """Every object on every page gets the grant in addition to its others, and keeps its owner."""
    bucket = Bucket(keys=keys(2500))
    bucket.acls["hls/00007.m4s"] = {"Owner": {"ID": OWNER}, "Grants": [OTHER]}
    grant().perform(context(bucket))
    assert granted(bucket) == 2500
    ours = {"Grantee": {"Type": "CanonicalUser", "ID": OAI}, "Permission": "READ"}
    assert bucket.acls["hls/00007.m4s"] == {"Owner": {"ID": OWNER}, "Grants": [OTHER, ours]}


def test_prefix() -> None:
    """Only objects under the prefix change."""
    bucket = Bucket(keys=[*keys(3), *keys(2, "posters/")])
    grant(prefix="hls/").perform(context(bucket))
    assert granted(bucket) == 3


def test_again() -> None:
    """Objects that have the grant are not written again."""
    bucket = Bucket(keys=keys(40))
    grant().perform(context(bucket))
    bucket.acls["hls/zz"] = {"Owner": {"ID": OWNER}, "Grants": []}
    grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] == 41


def test_exact_permission() -> None:
    """FULL_CONTROL is narrowed to READ in one write, and grants of others do not change."""
    bucket = Bucket(keys=keys(3))
    grant("FULL_CONTROL").perform(context(bucket))
    grant("READ").perform(context(bucket))
    assert granted(bucket) == 3
    assert bucket.calls["put_object_acl"] == 6


def test_revoking() -> None:
    """Without a permission, the grants of this identity are revoked, and ACLs without one do not change."""
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


def test_an_object_that_is_deleted_meanwhile() -> None:
    """An object that is deleted between listing and granting does not fail the step."""
    bucket = Bucket(keys=keys(3))
    bucket.faults["put_object_acl"] = [refused("NoSuchKey", Missing)]
    grant().perform(context(bucket))
    assert granted(bucket) == 2


@pytest.mark.parametrize("fault", [lost, landed, refused("SlowDown", Throttled)])
def test_temporary_errors(fault: Any) -> None:
    """After a lost reply the ACL is read, and a throttled write is repeated."""
    bucket = Bucket(keys=keys(4))
    bucket.faults["put_object_acl"] = [fault, None, fault]
    grant().perform(context(bucket))
    assert granted(bucket) == 4


def test_some_refused() -> None:
    """Refused objects are counted and the first is named, after all others are done."""
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
    """If nothing succeeds, the rest is not tried."""
    bucket = Bucket(keys=keys(2000))
    bucket.faults["put_object_acl"] = [refused("AccessDenied", NotAuthorized)] * 2000
    with pytest.raises(
        NotAuthorized, match=r"all of the first 32 objects were refused, the first is 'hls/0000"
    ):
        grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] < 200


def test_credentials_expire() -> None:
    """An error that a retry cannot fix ends the step at once."""
    bucket = Bucket(keys=keys(2000))

    def expired(bucket: Bucket, call: Any) -> Json:
        raise NoCredentials("the credentials have expired")

    bucket.faults["put_object_acl"] = [None] * 50 + [expired] * 2000
    with pytest.raises(NoCredentials):
        grant().perform(context(bucket))
    assert 50 <= granted(bucket) < 300


def test_an_unexpected_error() -> None:
    """An unexpected exception also ends the step, and no object counts as done that is not."""
    bucket = Bucket(keys=keys(2000))

    def broken(bucket: Bucket, call: Any) -> Json:
        raise KeyError("Owner")

    bucket.faults["put_object_acl"] = [None] * 50 + [broken] * 2000
    with pytest.raises(KeyError):
        grant().perform(context(bucket))
    assert 50 <= granted(bucket) < 300


def test_full_acl() -> None:
    """An ACL with a hundred grants accepts no more. This is reported without a call to S3."""
    bucket = Bucket(keys=["full.mp4"])
    full = [
        {"Grantee": {"Type": "CanonicalUser", "ID": f"{n:064}"}, "Permission": "READ"} for n in range(100)
    ]
    bucket.acls["full.mp4"] = {"Owner": {"ID": OWNER}, "Grants": full}
    with pytest.raises(Refused, match="it has 100 grants already"):
        grant().perform(context(bucket))
    assert bucket.calls["put_object_acl"] == 0


class Sluggish(Bucket):
    """A bucket whose first replies about ACLs take longer than a check of the guard counts."""

    def __init__(self, clock: Clock, slow: int) -> None:
        super().__init__(keys=["a.mp4"])
        self._clock = clock
        self._slow = slow

    def read(self, call: Call) -> Json:
        if call.operation == "get_object_acl" and self._slow:
            self._slow -= 1
            self._clock.slept += LONGEST_SECONDS
        return super().read(call)


def test_an_acl_that_is_read_too_slowly() -> None:
    """The guard may not hold any more, so the ACL is read again before it is written."""
    bucket = Sluggish(clock := Clock(), slow=2)
    grant().perform(context(bucket, clock))
    assert (granted(bucket), bucket.calls["get_object_acl"]) == (1, 3)
    bucket = Sluggish(clock := Clock(), slow=99)
    with pytest.raises(CfstreamError, match=r"S3 took more than 5 s to return the ACL of 'a.mp4'"):
        grant().perform(context(bucket, clock))
    assert bucket.calls["put_object_acl"] == 0


def test_interrupted() -> None:
    """An interrupted step finishes the objects in progress, and the next run does the rest."""
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
    """Progress counts objects, and ends at all of them."""
    progress: list[tuple[str, float | None]] = []
    grant(total=60).perform(context(Bucket(keys=keys(60)), progress=progress))
    assert progress[-1] == ("60 of 60 objects", 1.0)
    assert all(fraction is None or 0 <= fraction <= 1 for _, fraction in progress)


class Large(Bucket):
    """A bucket with more than one page of objects."""

    def pages(self, call: Call) -> Iterator[Json]:
        yield {"Contents": [], "IsTruncated": True}


@pytest.mark.parametrize(
    ("total", "left"), [(2_000, "10 s left"), (31_000, "5 min left"), (1_001_000, "2.8 h left")]
)
def test_progress_shows_the_time_that_is_left(total: int, left: str) -> None:
    """In the largest unit that fits, from the rate so far."""
    clock, progress = Clock(), list[tuple[str, float | None]]()

    class AfterTenSeconds:
        def change(self, work: AclWork, hooks: AclHooks) -> AclOutcome:
            clock.slept += 10
            hooks.progress(AclProgress(1_000, 0))
            return AclOutcome(work.total, 0, None, None)

    here = replace(context(Large(), clock, progress=progress), bulk=lambda _work: AfterTenSeconds())
    grant(total=total).perform(here)
    assert [text for text, _ in progress] == [
        f"1000 of {total} objects, 100/s, {left}",
        f"{total} of {total} objects",
    ]


def test_empty_bucket() -> None:
    """Without objects, nothing is done."""
    progress: list[tuple[str, float | None]] = []
    grant().perform(context(Bucket(), progress=progress))
    assert progress == [("0 of 0 objects", None)]


class Paced(Bucket):
    """A bucket that records how many listed objects are still unread when another page is requested."""

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
    """The number of objects in memory does not depend on the number in the bucket."""
    bucket = Paced(5000)
    grant().perform(context(bucket))
    assert len(bucket.waiting) == 5
    assert max(bucket.waiting) <= 2 * plain_acls.WIDTH


def test_acl_of_others() -> None:
    """Only grants to this identity by name count. Grants to everybody are separate."""
    acl = {"Owner": {"ID": OWNER}, "Grants": [OTHER, PUBLIC]}
    assert permissions_of(acl, OAI) == frozenset()
    assert public_permissions(acl) == {"READ"}
    changed = with_grant(acl, OAI, "READ")
    assert changed is not None
    assert changed["Grants"][:2] == [OTHER, PUBLIC]
    assert with_grant(changed, OAI, None) == acl
