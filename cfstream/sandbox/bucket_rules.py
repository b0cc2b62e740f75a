"""The access settings of a bucket: Object Ownership, block public access, and the ACLs that it accepts and shows.

These are decisions about one bucket's values. ``s3`` handles requests and answers; ``acl`` and ``bucket_policy`` parse.
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
"""The only canned ACL that a bucket with disabled ACLs accepts."""


class S3Refusal(S3ClientError):
    """An S3 error by code and message. Its HTTP status is that of moto's models, otherwise 400."""


class Switches(NamedTuple):
    """The effective block public access settings: the bucket's and the account's combined."""

    block_acls: bool
    ignore_acls: bool
    block_policy: bool
    restrict: bool


def ownership(bucket: FakeBucket) -> str:
    """Return the effective Object Ownership. Without ownership controls it is ObjectWriter, S3's original behavior."""
    return str(bucket.ownership_rule or WRITER)


def switches(bucket: FakeBucket) -> Switches:
    """Return the effective block public access settings of the bucket."""
    account = s3control_backends[bucket.account_id][bucket.partition].public_access_block
    blocks = [block for block in (bucket.public_access_block, account) if block]
    return Switches(
        any(block.block_public_acls for block in blocks),
        any(block.ignore_public_acls for block in blocks),
        any(block.block_public_policy for block in blocks),
        any(block.restrict_public_buckets for block in blocks),
    )


def set_new_bucket_defaults(bucket: FakeBucket, rule: str) -> None:
    """Give a new bucket AWS's defaults since 2023: this ownership, all public access blocked, and SSE-S3."""
    bucket.ownership_rule = rule  # type: ignore[assignment]  # moto keeps the string and says dict
    bucket.public_access_block = PublicAccessBlock(*["true"] * 4)
    sse_s3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
    bucket.encryption = {"Rule": sse_s3}


def writer_of(bucket: FakeBucket, asked_for: str, headers: Mapping[str, str]) -> str:
    """Return the owner of an object that `asked_for` writes with these headers."""
    rule = ownership(bucket)
    if rule == ENFORCED:
        return OWNER
    if rule == PREFERRED and headers.get("x-amz-acl") == FULL_CONTROL_FOR_OWNER:
        return OWNER
    return asked_for


def refuse_acl_headers(bucket: FakeBucket, headers: Mapping[str, str]) -> None:
    """Raise AccessControlListNotSupported (400) for an object's ACL headers if ACLs are disabled."""
    grants = any(name.lower().startswith("x-amz-grant-") for name, _ in headers.items())
    canned = headers.get("x-amz-acl", FULL_CONTROL_FOR_OWNER)
    if ownership(bucket) == ENFORCED and (grants or canned != FULL_CONTROL_FOR_OWNER):
        raise acls_disabled()


def refuse_acl(bucket: FakeBucket, asked: Acl, owner: str) -> None:
    """Refuse an ACL that the bucket does not accept.

    Raises AccessControlListNotSupported (400) if ACLs are disabled, and AccessDenied (403) for a public ACL if those
    are blocked, or one that would change the owner.
    """
    if ownership(bucket) == ENFORCED:
        raise acls_disabled()
    if asked.owner != owner or (asked.public and switches(bucket).block_acls):
        raise S3AccessDeniedError()


def refuse_shared(acl: Acl) -> None:
    """Raise InvalidBucketAclWithObjectOwnership (400) if a bucket with this ACL cannot have its ACLs disabled."""
    if any(grant.grantees[0].id != acl.owner for grant in acl.grants):
        raise S3Refusal(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def refuse_public_on_create(acl: Acl) -> None:
    """Raise InvalidBucketAclWithBlockPublicAccessError (400) for a public ACL: a new bucket blocks public access."""
    if acl.public:
        raise S3Refusal(
            "InvalidBucketAclWithBlockPublicAccessError",
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        )


def shown(bucket: FakeBucket, stored: Acl) -> Acl:
    """Return the ACL that a read shows: only the owner if ACLs are disabled, no public grants if those are ignored."""
    if ownership(bucket) == ENFORCED:
        return private(OWNER)
    return stored.without_public() if switches(bucket).ignore_acls else stored


def acls_disabled() -> S3Refusal:
    """Return 400 AccessControlListNotSupported."""
    return S3Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
