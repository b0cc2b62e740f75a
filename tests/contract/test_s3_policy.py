"""Claims about bucket policies: S3 API PutBucketPolicy, GetBucketPolicy; User Guide "Bucket policies",
"Blocking public access".
"""

import json
from typing import Any

import pytest

from tests.contract.claims import identity, make_bucket
from tests.world.configs import refused

BUCKET = "lectures-media"
ARN = f"arn:aws:s3:::{BUCKET}"
IDENTITY_ARN = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"


@pytest.fixture
def bucket(s3: Any) -> str:
    """A bucket without a policy."""
    return make_bucket(s3, BUCKET)


def statement(principal: Any, **more: Any) -> dict[str, Any]:
    """Return a statement that lets this principal read all objects, with these changes."""
    return {
        "Sid": "cfstream-lectures-oai",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/*",
        **more,
    }


def put(s3: Any, *statements: dict[str, Any], **more: Any) -> None:
    """Write a policy with these statements."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy), **more)


def read(s3: Any) -> list[dict[str, Any]]:
    """Return the statements of the policy as they read back."""
    statements: list[dict[str, Any]] = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    return statements


def test_no_policy(s3: Any, bucket: str) -> None:
    """Reading a missing policy is NoSuchBucketPolicy."""
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)


def test_policy_is_deleted(s3: Any, cloudfront: Any, bucket: str) -> None:
    """DeleteBucketPolicy deletes the policy, and also succeeds without one."""
    put(s3, statement({"AWS": IDENTITY_ARN + identity(cloudfront)["Id"]}))
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)


def test_canonical_user_of_an_identity_is_rewritten(s3: Any, cloudfront: Any, bucket: str) -> None:
    """An identity's canonical user id reads back as its ARN (terraform#6955)."""
    created = identity(cloudfront)
    put(s3, statement({"CanonicalUser": created["S3CanonicalUserId"]}))
    assert read(s3)[0]["Principal"] == {"AWS": IDENTITY_ARN + created["Id"]}


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": IDENTITY_ARN + "EUNKNOWN00000"},
        {"AWS": "AIDAEXAMPLEEXAMPLE12"},
        {"AWS": DISTRIBUTION},
        {"CanonicalUser": "0" * 96},
        {"Service": "cloudfront"},
    ],
)
def test_unknown_principal_is_refused(s3: Any, bucket: str, principal: dict[str, str]) -> None:
    """An unknown principal is MalformedPolicy "Invalid principal in policy"."""
    with refused("MalformedPolicy", 400, "Invalid principal in policy"):
        put(s3, statement(principal))


def test_deleted_identity_is_an_unknown_principal(s3: Any, cloudfront: Any, bucket: str) -> None:
    """A policy that names a deleted identity cannot be written again."""
    created = identity(cloudfront)
    etag = cloudfront.get_cloud_front_origin_access_identity(Id=created["Id"])["ETag"]
    put(s3, statement({"AWS": IDENTITY_ARN + created["Id"]}))
    cloudfront.delete_cloud_front_origin_access_identity(Id=created["Id"], IfMatch=etag)
    with refused("MalformedPolicy", 400, "Invalid principal in policy"):
        put(s3, *read(s3))


def test_reading_normalises(strict_s3: Any) -> None:
    """Lists of one read back as scalars, and an account number as the ARN of its root."""
    make_bucket(strict_s3, BUCKET)
    put(
        strict_s3,
        {
            "Sid": "reader",
            "Effect": "Allow",
            "Principal": {"AWS": ["111122223333"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"{ARN}/*"],
            "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
        },
    )
    assert read(strict_s3) == [
        {
            "Sid": "reader",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "s3:GetObject",
            "Resource": f"{ARN}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }
    ]


def test_key_order_is_not_kept(s3: Any, bucket: str) -> None:
    """The keys of a statement may read back in another order."""
    written = statement({"Service": "cloudfront.amazonaws.com"})
    put(s3, written)
    assert read(s3) == [written]
    assert list(read(s3)[0]) != list(written)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("not json", "valid JSON"),
        ("[]", "valid JSON"),
        ('{"Version": "2012-10-17"}', "Statement"),
        (json.dumps({"Statement": [statement("*", Effect="Maybe")]}), "effect"),
        (json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": ARN}]}), "Principal"),
        (json.dumps({"Statement": [statement("*", Resource="arn:aws:s3:::another/*")]}), "resource"),
        (json.dumps({"Statement": [statement("*")] * 2}), "unique"),
    ],
)
def test_malformed_policy_is_refused(s3: Any, bucket: str, policy: str, message: str) -> None:
    """An invalid policy, or one for another bucket, is MalformedPolicy."""
    with refused("MalformedPolicy", 400, message):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def test_policy_has_at_most_twenty_kilobytes(s3: Any, bucket: str) -> None:
    """A larger policy is refused."""
    service = {"Service": "cloudfront.amazonaws.com"}
    with refused("MalformedPolicy", 400, "maximum allowed document size"):
        put(s3, statement(service, Resource=[f"{ARN}/{'x' * 200}{number}" for number in range(100)]))


def pinned(operator: str, key: str, value: Any) -> dict[str, Any]:
    """Return a condition on one key."""
    return {"Condition": {operator: {key: value}}}


PRIVATE = [
    statement(
        {"Service": "cloudfront.amazonaws.com"}, **pinned("StringEquals", "AWS:SourceArn", DISTRIBUTION)
    ),
    statement({"AWS": "111122223333"}),
    statement("*", Effect="Deny", **pinned("Bool", "aws:SecureTransport", "false")),
    statement("*", **pinned("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d")),
]
PUBLIC = [
    statement("*"),
    statement({"AWS": "*"}),
    statement({"AWS": ["111122223333", "*"]}),
    statement("*", **pinned("StringLike", "aws:Referer", "https://www.example.com/*")),
    statement("*", **pinned("ArnLike", "aws:SourceArn", "arn:aws:cloudfront::*")),
    statement("*", **pinned("IpAddress", "aws:SourceIp", "0.0.0.0/0")),
]


@pytest.mark.parametrize("given", PUBLIC)
def test_public_policy_is_refused_while_blocked(s3: Any, bucket: str, given: dict[str, Any]) -> None:
    """BlockPublicPolicy refuses a policy that allows everybody, with any other content."""
    with refused("AccessDenied", 403):
        put(s3, PRIVATE[0], {**given, "Sid": "public"})


@pytest.mark.parametrize("given", PRIVATE)
def test_private_policy_passes_while_blocked(s3: Any, bucket: str, given: dict[str, Any]) -> None:
    """A policy for fixed principals, or with a condition on fixed values, is not public."""
    put(s3, given)
    assert not s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"]


@pytest.mark.parametrize("given", PUBLIC)
def test_public_policy_passes_when_not_blocked(s3: Any, bucket: str, given: dict[str, Any]) -> None:
    """Without block public access, a public policy is accepted, and the bucket is reported as public."""
    s3.delete_public_access_block(Bucket=bucket)
    put(s3, given)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"]


def test_conditional_deny_leaves_the_account_alone(strict_s3: Any) -> None:
    """A Deny with a condition that does not hold denies nothing."""
    make_bucket(strict_s3, BUCKET)
    strict_s3.put_object(Bucket=BUCKET, Key="a.mp4", Body=b"video")
    elsewhere = pinned("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d")
    put(strict_s3, statement("*", Effect="Deny", **elsewhere))
    assert strict_s3.get_object(Bucket=BUCKET, Key="a.mp4")["Body"].read() == b"video"


def test_policy_of_a_missing_bucket(s3: Any) -> None:
    """It is NoSuchBucket."""
    with refused("NoSuchBucket", 404):
        put(s3, PRIVATE[0])


def test_policy_is_written_for_the_expected_owner_only(s3: Any, bucket: str) -> None:
    """PutBucketPolicy with a wrong expected owner is refused and writes nothing."""
    with refused("AccessDenied", 403):
        put(s3, PRIVATE[0], ExpectedBucketOwner="111122223333")
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)
