"""Who can do what by an ACL."""

import pytest

from cfstream.access.policy import ResourceType, acl_readers
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.domain import AclGrant, Block

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
SIGNED_IN = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
FOREIGN = "b" * 64
LEGACY = "ObjectWriter"


@pytest.mark.parametrize(
    ("on", "permission", "what"),
    [
        (ResourceType.OBJECT, "READ", [May.READ]),
        (ResourceType.OBJECT, "READ_ACP", []),
        (ResourceType.OBJECT, "WRITE_ACP", [May.MANAGE]),
        (ResourceType.OBJECT, "FULL_CONTROL", [May.READ, May.MANAGE]),
        (ResourceType.BUCKET, "READ", [May.LIST]),
        (ResourceType.BUCKET, "WRITE", [May.WRITE]),
        (ResourceType.BUCKET, "WRITE_ACP", [May.MANAGE]),
        (ResourceType.BUCKET, "FULL_CONTROL", [May.LIST, May.WRITE, May.MANAGE]),
    ],
)
def test_a_permission_means_what_s3_documents(on: ResourceType, permission: str, what: list[May]) -> None:
    """READ on a bucket lists, READ on an object reads, WRITE_ACP changes who reads."""
    found = acl_readers([AclGrant(FOREIGN, permission)], on, block=Block(), ownership=LEGACY)
    assert found == tuple((Reader(ReaderKind.CANONICAL, FOREIGN), may) for may in what)


def test_ignoring_public_acls_leaves_foreign_accounts() -> None:
    """IgnorePublicAcls ignores both public groups, and nothing else."""
    grants = [AclGrant(who, "READ") for who in (EVERYBODY, SIGNED_IN, FOREIGN, LOGS)]
    foreign, logs = Reader(ReaderKind.CANONICAL, FOREIGN), Reader(ReaderKind.SERVICE, LOGS)
    all_of_them = acl_readers(grants, ResourceType.OBJECT, block=Block(), ownership=LEGACY)
    assert {reader for reader, _ in all_of_them} == {ANYONE, foreign, logs}
    ignoring = acl_readers(grants, ResourceType.OBJECT, block=Block(ignore_acls=True), ownership=LEGACY)
    assert {reader for reader, _ in ignoring} == {foreign, logs}


def test_no_acl_counts_where_the_owner_is_enforced() -> None:
    """BucketOwnerEnforced disables ACLs."""
    grants = [AclGrant(EVERYBODY, "FULL_CONTROL")]
    assert acl_readers(grants, ResourceType.OBJECT, block=Block(), ownership="BucketOwnerEnforced") == ()
