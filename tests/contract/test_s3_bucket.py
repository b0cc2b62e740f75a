"""Claims about buckets: S3 API CreateBucket, HeadBucket, GetPublicAccessBlock, GetBucketEncryption and related ones."""

import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.contract.claims import make_bucket
from tests.world.clients import BotoClients
from tests.world.configs import refused
from tests.world.sandbox import Sandbox

ALL_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def head(url: str, region: str) -> tuple[int, dict[str, str]]:
    """Send a signed HEAD without following redirects. boto3 would follow them."""
    request = AWSRequest("HEAD", url, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    SigV4Auth(Credentials("any", "any"), "s3", region).add_auth(request)
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=dict(request.headers), method="HEAD")
        ) as answer:
            return answer.status, dict(answer.headers)
    except HTTPError as error:
        return error.code, dict(error.headers)


def test_new_bucket_blocks_all_public_access(strict_s3: Any) -> None:
    """All four switches of block public access are on in a new bucket (since April 2023)."""
    make_bucket(strict_s3, "lectures-media")
    block = strict_s3.get_public_access_block(Bucket="lectures-media")
    assert block["PublicAccessBlockConfiguration"] == ALL_BLOCKED


def test_block_public_access_can_be_removed(s3: Any) -> None:
    """GetPublicAccessBlock is then NoSuchPublicAccessBlockConfiguration."""
    bucket = make_bucket(s3, "lectures-media")
    s3.delete_public_access_block(Bucket=bucket)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket=bucket)


def test_new_bucket_cannot_be_public(s3: Any) -> None:
    """CreateBucket refuses a public ACL, because a new bucket blocks it."""
    with refused("InvalidBucketAclWithBlockPublicAccessError", 400):
        s3.create_bucket(Bucket="lectures-media", ACL="public-read", ObjectOwnership="ObjectWriter")
    with refused("404", 404):
        s3.head_bucket(Bucket="lectures-media")


def test_shared_bucket_needs_acls(s3: Any) -> None:
    """CreateBucket refuses an ACL for others if ACLs are disabled."""
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        s3.create_bucket(Bucket="lectures-media", GrantRead=f"id={'a' * 64}")


def test_creating_a_bucket_again_changes_nothing(s3: Any) -> None:
    """In us-east-1 it succeeds for a bucket of the same account, and changes nothing."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    s3.delete_public_access_block(Bucket=bucket)
    make_bucket(s3, bucket)
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket=bucket)


def test_head_names_the_region(s3: Any, clients: BotoClients) -> None:
    """HeadBucket has the bucket's region, also from another region (boto3 follows the redirect)."""
    abroad = clients("s3", "eu-west-1")
    abroad.create_bucket(Bucket="lectures-eu", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    make_bucket(s3, "lectures-us")
    assert s3.head_bucket(Bucket="lectures-eu")["BucketRegion"] == "eu-west-1"
    assert s3.head_bucket(Bucket="lectures-us")["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket="lectures-us")["LocationConstraint"] is None
    assert s3.get_bucket_location(Bucket="lectures-eu")["LocationConstraint"] == "eu-west-1"


def test_buckets_are_listed_in_pages_with_regions(strict_s3: Any) -> None:
    """ListBuckets is sorted by name, and has regions only if the request has a parameter."""
    where = {"LocationConstraint": "eu-west-1"}
    for name in ("lectures-c", "lectures-b", "lectures-a"):
        make_bucket(strict_s3, name)
    strict_s3.create_bucket(Bucket="lectures-eu", CreateBucketConfiguration=where)
    assert "BucketRegion" not in strict_s3.list_buckets()["Buckets"][0]
    pages = list(strict_s3.get_paginator("list_buckets").paginate(MaxBuckets=3))
    assert [[(row["Name"], row["BucketRegion"]) for row in page["Buckets"]] for page in pages] == [
        [(f"lectures-{letter}", "us-east-1") for letter in "abc"],
        [("lectures-eu", "eu-west-1")],
    ]
    assert [row["Name"] for row in strict_s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]] == [
        "lectures-eu"
    ]


def test_wrong_region_is_redirected(s3: Any, sandbox: Sandbox) -> None:
    """A HEAD signed for another region is 301, with the region in a header."""
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="lectures-eu", CreateBucketConfiguration=where)
    url = f"{sandbox.endpoint_url}/lectures-eu"
    status, headers = head(url, "us-east-1")
    assert (status, headers["x-amz-bucket-region"]) == (301, "eu-west-1")
    status, headers = head(url, "eu-west-1")
    assert (status, headers["x-amz-bucket-region"]) == (200, "eu-west-1")


def test_missing_bucket(s3: Any) -> None:
    """HeadBucket of a missing bucket is 404, without a body."""
    with refused("404", 404):
        s3.head_bucket(Bucket="lectures-media")


@pytest.mark.parametrize(
    "call",
    [
        "head_bucket",
        "get_bucket_acl",
        "get_bucket_ownership_controls",
        "get_public_access_block",
        "list_objects_v2",
        "get_bucket_location",
        "get_bucket_versioning",
    ],
)
def test_expected_owner(s3: Any, call: str) -> None:
    """Every bucket operation with a wrong ExpectedBucketOwner is 403."""
    bucket = make_bucket(s3, "lectures-media")
    getattr(s3, call)(Bucket=bucket, ExpectedBucketOwner="123456789012")
    with refused("403" if call == "head_bucket" else "AccessDenied", 403):
        getattr(s3, call)(Bucket=bucket, ExpectedBucketOwner="111122223333")


def test_expected_owner_of_an_object(strict_s3: Any) -> None:
    """Object operations also compare it with the bucket's owner."""
    make_bucket(strict_s3, "lectures-media")
    with refused("AccessDenied", 403):
        strict_s3.put_object(
            Bucket="lectures-media", Key="a.mp4", Body=b"", ExpectedBucketOwner="111122223333"
        )


def test_encryption_and_versioning(s3: Any) -> None:
    """Both read back as set. A new bucket has SSE-S3 and no versioning."""
    bucket = make_bucket(s3, "lectures-media")
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:123456789012:key/1"}
    rules = [{"ApplyServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == kms
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_unsigned_requests_are_refused(s3: Any, sandbox: Sandbox) -> None:
    """A bucket is private: unsigned requests for its objects and settings are AccessDenied."""
    bucket = make_bucket(s3, "lectures-media")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"video")
    for path in ("", "/a.mp4", "/missing.mp4", "?acl"):
        with pytest.raises(HTTPError) as error:
            urllib.request.urlopen(f"{sandbox.endpoint_url}/{bucket}{path}")
        assert error.value.code == 403
        assert b"<Code>AccessDenied</Code>" in error.value.read()


def test_presigned_request_is_signed(s3: Any) -> None:
    """A presigned URL reads the object."""
    bucket = make_bucket(s3, "lectures-media")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"video")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a.mp4"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"video"
