"""What a bucket says about access: Object Ownership and block public access, and the ACLs it takes and shows.

What lives here: decisions about one bucket, on values at hand. Requests and answers are in ``s3``, the text
of ACLs and policies in ``acl`` and ``bucket_policy``.
"""

from collections.abc import Mapping
from typing import NamedTuple

from moto.s3.exceptions import S3AccessDeniedError, S3ClientError
from moto.s3.models import OWNER, FakeBucket, PublicAccessBlock
from moto.s3control.models import s3control_backends

from cfstream.sandbox.acl import Acl, private

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
WRITER = "ObjectWriter"

FULL_CONTROL_FOR_OWNER = "bucket-owner-full-control"
"""The one canned ACL that a bucket with ACLs disabled still takes."""


class Refusal(S3ClientError):
    """An S3 error by code and message; moto's models know its HTTP status, 400 where they do not."""


class Switches(NamedTuple):
    """The switches of block public access in force: a bucket's and its account's taken together."""

    block_acls: bool
    ignore_acls: bool
    block_policy: bool
    restrict: bool


def ownership(bucket: FakeBucket) -> str:
    """The Object Ownership in force. No ownership controls means ObjectWriter, as it was before there were
    any.
    """
    return str(bucket.ownership_rule or WRITER)


def switches(bucket: FakeBucket) -> Switches:
    """Block public access as it bears on that bucket."""
    account = s3control_backends[bucket.account_id][bucket.partition].public_access_block
    blocks = [block for block in (bucket.public_access_block, account) if block]
    return Switches(
        any(block.block_public_acls for block in blocks),
        any(block.ignore_public_acls for block in blocks),
        any(block.block_public_policy for block in blocks),
        any(block.restrict_public_buckets for block in blocks),
    )


def as_aws_makes_them(bucket: FakeBucket, rule: str) -> None:
    """Gives a new bucket what AWS gives since 2023: that ownership, all public access blocked, and SSE-S3."""
    bucket.ownership_rule = rule  # type: ignore[assignment]  # moto keeps the string and says dict
    bucket.public_access_block = PublicAccessBlock(*["true"] * 4)
    sse_s3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
    bucket.encryption = {"Rule": sse_s3}


def writer_of(bucket: FakeBucket, asked_for: str, headers: Mapping[str, str]) -> str:
    """Who will own an object that `asked_for` writes with those headers."""
    rule = ownership(bucket)
    if rule == ENFORCED:
        return OWNER
    if rule == PREFERRED and headers.get("x-amz-acl") == FULL_CONTROL_FOR_OWNER:
        return OWNER
    return asked_for


def refuse_acl_headers(bucket: FakeBucket, headers: Mapping[str, str]) -> None:
    """AccessControlListNotSupported (400) for an object's ACL headers where ACLs are disabled."""
    grants = any(name.lower().startswith("x-amz-grant-") for name, _ in headers.items())
    canned = headers.get("x-amz-acl", FULL_CONTROL_FOR_OWNER)
    if ownership(bucket) == ENFORCED and (grants or canned != FULL_CONTROL_FOR_OWNER):
        raise acls_disabled()


def refuse_acl(bucket: FakeBucket, asked: Acl, owner: str) -> None:
    """Refuses an ACL that the bucket does not take.

    AccessControlListNotSupported (400) where ACLs are disabled; AccessDenied (403) for a public one where
    those are blocked, or one that would change the owner.
    """
    if ownership(bucket) == ENFORCED:
        raise acls_disabled()
    if asked.owner != owner or (asked.public and switches(bucket).block_acls):
        raise S3AccessDeniedError()


def refuse_shared(acl: Acl) -> None:
    """InvalidBucketAclWithObjectOwnership (400) if a bucket with that ACL cannot have its ACLs disabled."""
    if any(grant.grantees[0].id != acl.owner for grant in acl.grants):
        raise Refusal(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def refuse_public_at_birth(acl: Acl) -> None:
    """InvalidBucketAclWithBlockPublicAccessError (400): a new bucket blocks public access, so its ACL cannot
    be public.
    """
    if acl.public:
        raise Refusal(
            "InvalidBucketAclWithBlockPublicAccessError",
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        )


def shown(bucket: FakeBucket, stored: Acl) -> Acl:
    """What a read shows of an ACL: the owner alone where ACLs are disabled, no public grants where those are
    ignored.
    """
    if ownership(bucket) == ENFORCED:
        return private(OWNER)
    return stored.without_public() if switches(bucket).ignore_acls else stored


def acls_disabled() -> Refusal:
    """400 AccessControlListNotSupported."""
    return Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
