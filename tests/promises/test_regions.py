"""A bucket may be in another region than the session. Writes are sent to its region."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.specs import Json, by_acl, signed

SPECS: dict[str, Callable[..., Json]] = {"bucket-policy": signed, "object-acl": by_acl}


def bucket_in(account: SandboxAccount, name: str, region: str) -> None:
    """Create a bucket with one object, and ACLs enabled, in a region."""
    s3: Any = account.clients("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred", **where)
    s3.put_object(Bucket=name, Key="a/one.mp4", Body=b"-")


@pytest.mark.parametrize("via", SPECS)
@pytest.mark.parametrize(
    ("before", "after"),
    [("eu-west-1", "us-east-1"), ("us-east-1", "eu-west-1"), ("eu-west-1", "eu-central-1")],
)
def test_a_stack_moves_between_buckets_of_any_regions(
    empty: SandboxAccount, via: str, before: str, after: str
) -> None:
    """The former bucket has no grants of the stack, and the next plan is empty."""
    # boto3 remembers by name where it was redirected to, so every case has buckets of its own.
    old, new = f"old-{via}-in-{before}-to-{after}", f"new-{via}-in-{after}-from-{before}"
    bucket_in(empty, old, before)
    bucket_in(empty, new, after)
    empty.converge(SPECS[via](bucket=old))
    empty.converge(SPECS[via](bucket=new), allow=["cuts-viewers", "makes-public", "widens-grant"])
    assert not empty.statements(old)
    owner = empty.s3.list_buckets()["Owner"]["ID"]
    assert set(empty.grants("a/one.mp4", old)) == {owner}
