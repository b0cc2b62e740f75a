"""Claims about access control lists in S3: User Guide "Access control list (ACL) overview", API PutObjectAcl,
GetObjectAcl.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import OWNER

from cfstream.sandbox.acl import ALL_USERS, MAX_GRANTS
from tests.contract.claims import identity, make_bucket
from tests.world.configs import refused

OTHER_USER = "f" * 64


def granted(user: str, permission: str = "READ") -> dict[str, Any]:
    """Return a grant to this canonical user."""
    return {"Grantee": {"Type": "CanonicalUser", "ID": user}, "Permission": permission}


def everybody() -> dict[str, Any]:
    """Return a grant to everybody."""
    return {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"}


def put_acl(s3: Any, bucket: str, key: str, *grants: dict[str, Any], owner: str = OWNER) -> None:
    """Replace the ACL of an object."""
    policy = {"Owner": {"ID": owner}, "Grants": list(grants)}
    s3.put_object_acl(Bucket=bucket, Key=key, AccessControlPolicy=policy)


def grants_of(s3: Any, bucket: str, key: str) -> list[dict[str, Any]]:
    """Return the grants of an object as they read back."""
    grants: list[dict[str, Any]] = s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
    return grants


@pytest.fixture
def bucket(s3: Any) -> str:
    """A bucket with ACLs enabled, and the object "a.mp4"."""
    name = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    s3.put_object(Bucket=name, Key="a.mp4", Body=b"video")
    return name


def test_acl_sent_as_xml_is_kept(strict_s3: Any) -> None:
    """An ACL that is sent as XML reads back with its owner and every grant, in order."""
    make_bucket(strict_s3, "lectures-media", ownership="ObjectWriter")
    strict_s3.put_object(Bucket="lectures-media", Key="a.mp4", Body=b"video")
    owner = strict_s3.get_object_acl(Bucket="lectures-media", Key="a.mp4")["Owner"]["ID"]
    wanted = [granted(owner, "FULL_CONTROL"), granted(OTHER_USER, "READ"), granted(OTHER_USER, "READ_ACP")]
    put_acl(strict_s3, "lectures-media", "a.mp4", *wanted, owner=owner)
    acl = strict_s3.get_object_acl(Bucket="lectures-media", Key="a.mp4")
    assert acl["Owner"] == {"ID": owner}
    assert acl["Grants"] == wanted


def test_acl_is_replaced_whole(s3: Any, bucket: str) -> None:
    """PutObjectAcl replaces the whole ACL, including the owner's own grant."""
    put_acl(s3, bucket, "a.mp4", granted(OTHER_USER))
    assert grants_of(s3, bucket, "a.mp4") == [granted(OTHER_USER)]


def test_new_object_is_private(s3: Any, bucket: str) -> None:
    """An object is private when it is created, and when it is overwritten."""
    put_acl(s3, bucket, "a.mp4", granted(OWNER, "FULL_CONTROL"), granted(OTHER_USER))
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"another")
    assert grants_of(s3, bucket, "a.mp4") == [granted(OWNER, "FULL_CONTROL")]


def test_identity_may_be_granted(s3: Any, cloudfront: Any, bucket: str) -> None:
    """An origin access identity is granted by its canonical user id."""
    user = identity(cloudfront)["S3CanonicalUserId"]
    put_acl(s3, bucket, "a.mp4", granted(OWNER, "FULL_CONTROL"), granted(user))
    assert granted(user) in grants_of(s3, bucket, "a.mp4")


def test_identity_that_was_never_issued_is_refused(s3: Any, bucket: str) -> None:
    """An unknown canonical user id is refused with InvalidArgument "Invalid id"."""
    with refused("InvalidArgument", 400, "Invalid id"):
        put_acl(s3, bucket, "a.mp4", granted("0" * 96))


def test_an_acl_has_at_most_100_grants(s3: Any, bucket: str) -> None:
    """One more is refused with MalformedACLError."""
    users = [granted(f"{number:064x}") for number in range(MAX_GRANTS)]
    put_acl(s3, bucket, "a.mp4", *users)
    assert len(grants_of(s3, bucket, "a.mp4")) == MAX_GRANTS
    with refused("MalformedACLError", 400):
        put_acl(s3, bucket, "a.mp4", *users, granted(OTHER_USER))


def test_owner_cannot_be_changed(s3: Any, bucket: str) -> None:
    """An ACL with an owner other than the object's is refused."""
    with refused("AccessDenied", 403):
        put_acl(s3, bucket, "a.mp4", granted(OWNER, "FULL_CONTROL"), owner=OTHER_USER)


def test_write_is_not_a_permission_of_an_object(s3: Any, bucket: str) -> None:
    """WRITE can be granted on a bucket, not on an object."""
    with refused("MalformedACLError", 400):
        put_acl(s3, bucket, "a.mp4", granted(OTHER_USER, "WRITE"))
    policy = {"Owner": {"ID": OWNER}, "Grants": [granted(OTHER_USER, "WRITE")]}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == [granted(OTHER_USER, "WRITE")]


def test_grantee_by_email_is_withdrawn(s3: Any, bucket: str) -> None:
    """Grantees by e-mail are 405 since October 2025."""
    grantee = {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.com"}
    with refused("MethodNotAllowed", 405):
        put_acl(s3, bucket, "a.mp4", {"Grantee": grantee, "Permission": "READ"})


def test_grant_headers_name_each_grantee(strict_s3: Any) -> None:
    """A grant header with several grantees gives each of them a grant."""
    make_bucket(strict_s3, "lectures-media", ownership="ObjectWriter")
    readers = f'id="{OTHER_USER}", id="{"e" * 64}"'
    strict_s3.put_object(Bucket="lectures-media", Key="a.mp4", Body=b"", GrantRead=readers)
    grants = strict_s3.get_object_acl(Bucket="lectures-media", Key="a.mp4")["Grants"]
    assert grants == [granted(OTHER_USER), granted("e" * 64)]


def test_canned_acl_and_grants_exclude_each_other(s3: Any, bucket: str) -> None:
    """A canned ACL together with grant headers is refused."""
    with pytest.raises(ClientError) as error:
        s3.put_object_acl(Bucket=bucket, Key="a.mp4", ACL="private", GrantRead=f"id={OTHER_USER}")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_acl_of_a_missing_object(s3: Any, bucket: str) -> None:
    """Reading and writing it is NoSuchKey."""
    with refused("NoSuchKey", 404):
        grants_of(s3, bucket, "b.mp4")
    with refused("NoSuchKey", 404):
        put_acl(s3, bucket, "b.mp4", granted(OTHER_USER))


def test_public_grants_are_hidden_while_ignored(s3: Any, bucket: str) -> None:
    """With IgnorePublicAcls a read shows the ACL without its public grants, and with them again afterwards."""
    s3.delete_public_access_block(Bucket=bucket)
    put_acl(s3, bucket, "a.mp4", granted(OWNER, "FULL_CONTROL"), everybody())
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert grants_of(s3, bucket, "a.mp4") == [granted(OWNER, "FULL_CONTROL")]
    s3.delete_public_access_block(Bucket=bucket)
    assert everybody() in grants_of(s3, bucket, "a.mp4")


@pytest.mark.parametrize("switch", ["bucket", "account"])
def test_public_grants_are_refused_while_blocked(s3: Any, s3control: Any, bucket: str, switch: str) -> None:
    """BlockPublicAcls, of the bucket or the account, refuses ACLs for everybody and accepts one for an identity."""
    s3.delete_public_access_block(Bucket=bucket)
    blocked = {"BlockPublicAcls": True}
    if switch == "bucket":
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocked)
    else:
        s3control.put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration=blocked)
    with refused("AccessDenied", 403):
        put_acl(s3, bucket, "a.mp4", everybody())
    with refused("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="b.mp4", Body=b"", ACL="public-read")
    with refused("AccessDenied", 403):
        s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    put_acl(s3, bucket, "a.mp4", granted(OTHER_USER))
    assert grants_of(s3, bucket, "a.mp4") == [granted(OTHER_USER)]


def test_each_version_has_its_acl(s3: Any, bucket: str) -> None:
    """Each version has its own ACL. Without a version id, it is the current version's."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="b.mp4", Body=b"1")["VersionId"]
    s3.put_object(Bucket=bucket, Key="b.mp4", Body=b"2")
    put_acl(s3, bucket, "b.mp4", granted(OTHER_USER))
    old = s3.get_object_acl(Bucket=bucket, Key="b.mp4", VersionId=first)["Grants"]
    assert old == [granted(OWNER, "FULL_CONTROL")]
    assert grants_of(s3, bucket, "b.mp4") == [granted(OTHER_USER)]
