"""A log bucket, or two specs of one run, that would fail or never settle is a problem at plan."""

from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.denied import deny
from tests.world.plans import problems
from tests.world.specs import Json, by_acl, signed

LOGS = "media-logs"


def logged(**more: Any) -> Json:
    """Return a spec with logging."""
    return signed(logging={"bucket": LOGS, "prefix": "cf/"}, **more)


@pytest.mark.parametrize(
    ("ownership", "words"),
    [
        (None, "the log bucket media-logs does not exist"),
        ("BucketOwnerEnforced", "the log bucket media-logs has ACLs disabled"),
        ("BucketOwnerPreferred", None),
        ("ObjectWriter", None),
    ],
)
def test_a_bucket_for_logs(account: SandboxAccount, ownership: str | None, words: str | None) -> None:
    """CloudFront refuses one that is missing or has ACLs disabled. The plan reports it before anything is written."""
    if ownership is not None:
        account.clients("s3").create_bucket(Bucket=LOGS, ObjectOwnership=ownership)
    found = problems(account.stack(logged()))
    assert [each for each in found if "log bucket" in each] == ([] if words is None else found)
    assert words is None or words in found[0]


@pytest.mark.parametrize("operation", ["head_bucket", "get_bucket_ownership_controls"])
def test_a_bucket_for_logs_that_may_not_be_read(account: SandboxAccount, operation: str) -> None:
    """It may belong to another account, so it is not a problem. A notice says that nothing was checked."""
    account.clients("s3").create_bucket(Bucket=LOGS, ObjectOwnership="BucketOwnerPreferred")
    deny(account, operation, Bucket=LOGS)
    plan = account.stack(logged())
    assert problems(plan) == []
    text = f"the log bucket {LOGS} could not be checked: {operation} was refused: not allowed (AccessDenied)"
    assert text in [each.text for each in plan.notices]


def test_a_bucket_for_logs_without_ownership_controls(account: SandboxAccount) -> None:
    """It has ACLs, as all buckets before ownership controls existed."""
    s3 = account.clients("s3")
    s3.create_bucket(Bucket=LOGS)
    s3.delete_bucket_ownership_controls(Bucket=LOGS)
    plan = account.stack(logged())
    assert problems(plan) == []
    assert not [each for each in plan.notices if LOGS in each.text]


def test_a_bucket_for_logs_where_none_are_delivered(account: SandboxAccount) -> None:
    """CloudFront does not deliver standard logs to some regions."""
    account.clients("s3", "eu-south-1").create_bucket(
        Bucket="media-logs-milan",
        ObjectOwnership="BucketOwnerPreferred",
        CreateBucketConfiguration={"LocationConstraint": "eu-south-1"},
    )
    found = problems(account.stack(signed(logging={"bucket": "media-logs-milan"})))
    assert "is in eu-south-1, and CloudFront does not deliver logs there" in found[0]


def test_two_permissions_for_one_identity(account: SandboxAccount) -> None:
    """READ and FULL_CONTROL for one OAI on the same objects would undo each other in every run."""
    created = account.cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={"CallerReference": "shared", "Comment": "shared"}
    )["CloudFrontOriginAccessIdentity"]
    shared = {"oai": {"id": created["Id"]}}
    mine = {**by_acl(name="one", bucket="media-acl"), **shared}
    theirs = {**by_acl("FULL_CONTROL", name="two", bucket="media-acl"), **shared}
    apart = {**by_acl("FULL_CONTROL", name="two", bucket="media-acl", grant={"prefix": "b/"}), **shared}
    one, two = account.plan(mine, theirs).stacks
    words = "one and two grant different permissions on the same objects of"
    assert [each for each in problems(one) if words in each]
    assert [each for each in problems(two) if "two and one grant different permissions" in each]
    beside = account.plan({**mine, "grant": {**mine["grant"], "prefix": "a/"}}, apart).stacks
    assert [
        each for stack in beside for each in problems(stack) if "to the same origin access identity" in each
    ] == []
