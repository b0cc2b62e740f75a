"""Creating a bucket: it is never open, and it is created once."""

from typing import Any

import pytest

from cfstream.errors import AlreadyThere, Missing, Refused, ReplyLost, Stale, Throttled
from cfstream.steps.create_bucket import BLOCK_ALL, CreateBucket
from cfstream.steps.step import Stage
from cfstream.values import Address
from tests.unit.steps.buckets import ACCOUNT, BUCKET, Bucket, context, landed, lost, refused


def create(region: str = "eu-west-1") -> CreateBucket:
    """Return the step that creates the bucket in this region."""
    return CreateBucket(
        address=Address("bucket", "lectures"),
        stage=Stage.BUCKET,
        because="test",
        bucket=BUCKET,
        region=region,
        account=ACCOUNT,
        ownership="BucketOwnerEnforced",
    )


def nothing() -> Bucket:
    """Return an account without the bucket."""
    bucket = Bucket()
    bucket.exists = False
    return bucket


def test_closed() -> None:
    """Ownership is in the create call, all four blocks follow, and later steps get the name and the region."""
    bucket = nothing()
    assert create().perform(context(bucket)) == {"id": BUCKET, "region": "eu-west-1"}
    assert bucket.created == {
        "Bucket": BUCKET,
        "ObjectOwnership": "BucketOwnerEnforced",
        "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
    }
    assert bucket.blocked == BLOCK_ALL
    assert create().asks() == {"bucket": BUCKET, "region": "eu-west-1", "ownership": "BucketOwnerEnforced"}


def test_first_region() -> None:
    """us-east-1 accepts no LocationConstraint (S3 API, CreateBucket)."""
    bucket = nothing()
    create("us-east-1").perform(context(bucket))
    assert "CreateBucketConfiguration" not in bucket.created


def test_created_since_the_plan() -> None:
    """A bucket that was created after the plan is not changed."""
    bucket = Bucket()
    with pytest.raises(Stale, match="was created after this plan was made"):
        create().perform(context(bucket))
    assert bucket.blocked == {}


def test_two_stacks_of_one_run_create_it() -> None:
    """The second uses the bucket that the first created; another run refuses it."""
    bucket = nothing()
    run = context(bucket)
    for _ in range(2):
        assert create().perform(run)["id"] == BUCKET
    assert bucket.calls["create_bucket"] == 1
    with pytest.raises(Stale):
        create().perform(context(bucket))


@pytest.mark.parametrize("fault", [lost, landed])
def test_lost_reply(fault: Any) -> None:
    """After a lost reply, the step looks for the bucket, and creates it again only if it does not exist."""
    bucket = nothing()
    bucket.faults["create_bucket"] = [fault]
    bucket.faults["put_public_access_block"] = [fault]
    create().perform(context(bucket))
    assert bucket.calls["create_bucket"] == (1 if fault is landed else 2)
    assert bucket.blocked == BLOCK_ALL


def test_a_write_that_arrives_late() -> None:
    """If a lost write arrives after the check, the second try gets BucketAlreadyOwnedByYou: the step created it."""
    bucket = nothing()

    def late(bucket: Bucket, call: Any) -> Any:
        bucket.do(call)
        raise AlreadyThere("s3:CreateBucket", "BucketAlreadyOwnedByYou", "")

    bucket.faults["create_bucket"] = [lost, late]
    create().perform(context(bucket))
    assert bucket.blocked == BLOCK_ALL


def test_created_by_others_meanwhile() -> None:
    """Without a lost write, BucketAlreadyOwnedByYou means that someone else created the bucket."""
    bucket = nothing()
    bucket.faults["create_bucket"] = [refused("BucketAlreadyOwnedByYou", AlreadyThere)]
    with pytest.raises(AlreadyThere):
        create().perform(context(bucket))
    assert bucket.blocked == {}


def test_replies_lost_repeatedly() -> None:
    """Repeatedly lost replies are reported."""
    bucket = nothing()
    bucket.faults["create_bucket"] = [lost] * 9
    with pytest.raises(ReplyLost):
        create().perform(context(bucket))


def test_name_of_another_account() -> None:
    """A name of another account is refused with AWS's error."""
    bucket = nothing()
    bucket.faults["create_bucket"] = [refused("BucketAlreadyExists")]
    with pytest.raises(Refused, match="BucketAlreadyExists"):
        create().perform(context(bucket))


def test_not_known_everywhere_yet() -> None:
    """The block is written again while S3 does not know the new bucket."""
    bucket = nothing()
    bucket.faults["put_public_access_block"] = [refused("NoSuchBucket", Missing), refused("OperationAborted")]
    create().perform(context(bucket))
    assert bucket.blocked == BLOCK_ALL
    assert bucket.faults["put_public_access_block"] == []


def test_deleted_by_others_meanwhile() -> None:
    """A bucket that does not exist any more is not a bucket without a block."""
    bucket = nothing()

    def deleted(bucket: Bucket, _call: Any) -> Any:
        bucket.exists = False
        raise Missing("s3:PutPublicAccessBlock", "NoSuchBucket", "")

    bucket.faults["put_public_access_block"] = [deleted] * 99
    with pytest.raises(Missing, match="NoSuchBucket"):
        create().perform(context(bucket))


def test_block_not_allowed() -> None:
    """A refused block fails the step, so nothing is written to a bucket that may be open."""
    bucket = nothing()
    bucket.faults["put_public_access_block"] = [refused("AccessDenied")]
    with pytest.raises(Refused, match="AccessDenied"):
        create().perform(context(bucket))


def test_block_changed_by_others() -> None:
    """A block that someone else has changed is not overwritten, even after throttling."""
    theirs = {**BLOCK_ALL, "RestrictPublicBuckets": False}

    def meanwhile(bucket: Bucket, call: Any) -> Any:
        bucket.blocked = theirs
        raise Throttled(call.operation, "SlowDown", "reduce your request rate")

    bucket = nothing()
    bucket.faults["put_public_access_block"] = [meanwhile]
    with pytest.raises(Stale, match="RestrictPublicBuckets: true -> false"):
        create().perform(context(bucket))
    assert bucket.blocked == theirs
