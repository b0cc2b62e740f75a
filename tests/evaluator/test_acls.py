"""ACLs, ownership and access points, judged by hand; and who may list or write."""

from dataclasses import replace

import pytest

from tests.evaluator import callers
from tests.evaluator.build import MEDIA, OAI, OAI_USER, acl, bucket, policy, state, statement
from tests.evaluator.callers import FOREIGN, FOREIGN_USER
from tests.evaluator.evaluator import Evaluator, evaluator
from tests.evaluator.s3 import ON_BUCKETS, WRITES
from tests.evaluator.state import ALL_USERS, AUTHENTICATED_USERS, CLOSED, OPEN, AccessPoint, Json

WRITER, IGNORING = "ObjectWriter", {**OPEN, "IgnorePublicAcls": True}
THEIRS = callers.distribution(f"arn:aws:cloudfront::{FOREIGN}:distribution/E0")
CALLERS = {
    "anyone": callers.anyone(),
    "account": callers.account(),
    "theirs": THEIRS,
    "oai": callers.identity(OAI, OAI_USER),
}

# The object's ACL; who reads it where ACLs count, and who where public ACLs are ignored.
CASES: dict[str, tuple[Json | None, str, str]] = {
    "default": (None, "", ""),
    "private": (acl(), "", ""),
    "all users": (acl((ALL_USERS, "READ")), "anyone account theirs oai", ""),
    "all users, in full": (acl((ALL_USERS, "FULL_CONTROL")), "anyone account theirs oai", ""),
    "all users read the ACL only": (acl((ALL_USERS, "READ_ACP")), "", ""),
    "authenticated users": (acl((AUTHENTICATED_USERS, "READ")), "account oai", ""),
    "the identity": (acl((OAI_USER, "READ")), "oai", "oai"),
    "the identity, in full": (acl((OAI_USER, "FULL_CONTROL")), "oai", "oai"),
    "the identity writes the ACL only": (acl((OAI_USER, "WRITE_ACP")), "", ""),
    "another account": (acl((FOREIGN_USER, "FULL_CONTROL")), "account", "account"),
    "log delivery": (acl(("http://acs.amazonaws.com/groups/s3/LogDelivery", "READ")), "", ""),
    "owned by another account": (acl(owner=FOREIGN_USER), "account", "account"),
}


@pytest.mark.parametrize("name", CASES)
def test_object_acls(name: str) -> None:
    """Who reads an object by its own ACL; nobody where the bucket's owner is enforced."""
    grants, counting, ignoring = CASES[name]
    for ownership, block, expected in (
        (WRITER, OPEN, counting),
        ("BucketOwnerPreferred", IGNORING, ignoring),
        (WRITER, CLOSED, ignoring),
        ("BucketOwnerEnforced", OPEN, ""),
    ):
        judge = evaluator(state(bucket(ownership=ownership, block=block, objects={"a.mp4": grants})))
        assert set(_who(judge, "a.mp4")) == set(expected.split())
        assert _who(judge, "b.mp4") == []


def _who(judge: Evaluator, key: str) -> list[str]:
    return [who for who, caller in CALLERS.items() if judge.can_read(caller, MEDIA, key)]


def test_a_policy_does_not_reach_foreign_objects() -> None:
    """A policy allows nothing on objects of another owner, unless the bucket's owner is enforced; a Deny counts."""
    foreign = {"a.mp4": acl(owner="e" * 64)}
    mixed = bucket(statement(), ownership=WRITER, objects=foreign)
    assert _who(evaluator(state(mixed)), "a.mp4") == []
    assert _who(evaluator(state(mixed)), "b.mp4") == [*CALLERS]
    assert _who(evaluator(state(replace(mixed, ownership="BucketOwnerEnforced"))), "a.mp4") == [*CALLERS]
    public = {"a.mp4": acl((ALL_USERS, "READ"), owner="e" * 64)}
    denied = bucket(statement(Effect="Deny"), ownership=WRITER, objects=public)
    assert _who(evaluator(state(denied)), "a.mp4") == []


# What is granted to anyone, by the bucket's ACL or by a policy; and what anyone may then do.
PERMISSIONS: dict[str, tuple[str | Json, str]] = {
    "acl READ": ("READ", "s3:ListBucket"),
    "acl WRITE": ("WRITE", "s3:PutObject s3:DeleteObject"),
    "acl WRITE_ACP": ("WRITE_ACP", "s3:PutBucketAcl"),
    "acl FULL_CONTROL": ("FULL_CONTROL", "s3:ListBucket s3:PutObject s3:DeleteObject s3:PutBucketAcl"),
    "policy PutObject": (statement(Action="s3:PutObject"), "s3:PutObject"),
    "policy Put*": (statement(Action="s3:Put*"), "s3:PutObject s3:PutObjectAcl"),
    "policy Put* on all": (
        statement(Action="s3:Put*", Resource="*"),
        f"s3:PutObject s3:PutObjectAcl {' '.join(ON_BUCKETS)}",
    ),
    "policy PutBucketPolicy": (
        statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::media"),
        "s3:PutBucketPolicy",
    ),
    "policy on the bucket does not reach keys": (
        statement(Action="s3:*", Resource="arn:aws:s3:::media/"),
        "",
    ),
    "policy replicate": (
        statement(Action=["s3:ReplicateObject", "s3:DeleteObject"]),
        "s3:ReplicateObject s3:DeleteObject",
    ),
    "policy list": (statement(Action="s3:List*", Resource="arn:aws:s3:::media"), "s3:ListBucket"),
    "policy not get": (
        statement(Action=None, NotAction="s3:Get*"),
        "s3:PutObject s3:DeleteObject s3:PutObjectAcl s3:ReplicateObject",
    ),
}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_listing_and_writing(name: str) -> None:
    """What anyone may do beside reading objects. `readings` reports exactly that."""
    granted, expected = PERMISSIONS[name]
    if isinstance(granted, str):
        one = bucket(ownership=WRITER, acl=acl((ALL_USERS, granted)), objects={"a.mp4": acl()})
    else:
        one = bucket(granted)
    judge = evaluator(state(one))
    anyone = callers.anyone()
    listed = {"s3:ListBucket"} if judge.can_list(anyone, MEDIA) else set()
    on_bucket = {action for action in WRITES if judge.can_write(anyone, MEDIA, action)}
    on_object = {action for action in WRITES if judge.can_write(anyone, MEDIA, action, "a.mp4")}
    bucket_wide = {each for each in on_bucket if "Bucket" in each}
    assert listed | bucket_wide | {each for each in on_object if "Bucket" not in each} == set(
        expected.split()
    )
    reported = {each.may for each in judge.readings(["a.mp4"]) if each.who == "anyone" and each.may != "read"}
    assert reported == set(expected.split())


def test_the_own_account() -> None:
    """The own account may do everything that no statement denies it."""
    own = callers.own_account()
    assert evaluator(state(bucket())).can_read(own, MEDIA, "a.mp4") is True
    assert evaluator(state(bucket(statement(Effect="Deny")))).can_read(own, MEDIA, "a.mp4") is False


DELEGATED = statement("*", {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}}, Action="*")


@pytest.mark.parametrize(
    ("principal", "delegated", "block", "expected"),
    [
        ("*", True, OPEN, "anyone account theirs oai"),
        ("*", True, CLOSED, "theirs"),
        ({"AWS": FOREIGN}, True, CLOSED, "account"),
        ({"AWS": FOREIGN}, False, OPEN, ""),
    ],
)
def test_access_points(principal: object, delegated: bool, block: dict[str, bool], expected: str) -> None:
    """An access point's policy counts if the bucket's policy lets its account's access points in."""
    rule = policy(statement(principal, Resource="arn:aws:s3:us-east-1:123456789012:accesspoint/tv/object/*"))
    one = bucket(*([DELEGATED] if delegated else []), block=CLOSED)
    point = AccessPoint("tv", MEDIA, policy=rule, block=block)
    judge = evaluator(state(one, access_points=(point,)))
    assert set(_who(judge, "a.mp4")) == set(expected.split())
