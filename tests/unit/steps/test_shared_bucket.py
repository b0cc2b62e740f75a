"""Two stacks of a run that write the ACLs of the same objects: S3 has no If-Match for them, so one waits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cfstream.acl_document import permissions_of
from cfstream.ports import Call
from cfstream.steps.grant import GrantRead
from cfstream.steps.ledger import Ledger
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Stage, Step
from cfstream.values import Address, Json
from tests.unit.steps.buckets import ACCOUNT, BUCKET, UNREAD, Bucket, context

FIRST, SECOND = "1" * 96, "2" * 96
KEY = "lecture.mp4"


class ReportingLedger(Ledger):
    """A lock that reports when a thread waits for it."""

    def __init__(self, asked: Callable[[], None]) -> None:
        super().__init__()
        self._asked = asked

    def serial(self, subject: str) -> threading.Lock:
        self._asked()
        return super().serial(subject)


class Slow(Bucket):
    """The first reader of an ACL gets it only after the other stack had its chance."""

    def __init__(self) -> None:
        super().__init__(keys=[KEY])
        self.read_once = threading.Event()
        self.go_on = threading.Event()

    def read(self, call: Call) -> Json:
        reply = super().read(call)
        if call.operation == "get_object_acl" and not self.read_once.is_set():
            self.read_once.set()
            self.go_on.wait()
        return reply


def grant(user: str, permission: str = "READ") -> GrantRead:
    """Return the step of one stack that grants to its own identity."""
    edit = ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, "", user, permission)
    return GrantRead(
        address=Address("object-acl", user[0]),
        stage=Stage.GRANT,
        because="test",
        edit=edit,
        opens=True,
        guard=UNREAD,
    )


def revoke(user: str) -> Revoke:
    """Return the step of one stack that revokes its grant."""
    edit = ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, "", user, None)
    return Revoke(address=Address("object-acl", user[0]), stage=Stage.REVOKE, because="test", edit=edit)


@pytest.mark.parametrize(
    ("one", "other", "first", "second"),
    [
        (grant(FIRST), grant(SECOND), {"READ"}, {"READ"}),
        (revoke(FIRST), grant(SECOND), set(), {"READ"}),
        (grant(FIRST), revoke(SECOND), {"READ"}, set()),
        (revoke(FIRST), revoke(SECOND), set(), set()),
    ],
    ids=["both-grant", "revoke-and-grant", "grant-and-revoke", "both-revoke"],
)
def test_no_grant_is_lost_and_none_comes_back(
    one: Step, other: Step, first: set[str], second: set[str]
) -> None:
    """The second stack starts after the first has read an ACL and before it writes. Both get their result."""
    bucket = Slow()
    bucket.read_once.set()
    for user, wanted in ((FIRST, first), (SECOND, second)):
        if not wanted:
            grant(user).perform(context(bucket))
    bucket.read_once.clear()
    asked = threading.local()
    ledger = ReportingLedger(lambda: bucket.go_on.set() if getattr(asked, "second", False) else None)

    def come() -> None:
        asked.second = True
        try:
            bucket.read_once.wait()
            other.perform(context(bucket, ledger=ledger))
        finally:
            bucket.go_on.set()

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(one.perform, context(bucket, ledger=ledger)), pool.submit(come)):
            done.result()
    assert permissions_of(bucket.acls[KEY], FIRST) == first
    assert permissions_of(bucket.acls[KEY], SECOND) == second
