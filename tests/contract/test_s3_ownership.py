"""Claims about object owners and enabled ACLs: User Guide "Controlling ownership of objects and disabling ACLs"."""

from typing import Any

import pytest
from moto.s3.models import OWNER

from tests.contract.claims import make_bucket
from tests.world.configs import refused

UPLOADER = "a" * 64


@pytest.fixture
def upload_as(s3: Any) -> Any:
    """Put an object as another account."""

    def upload(bucket: str, key: str, owner: str = UPLOADER, **more: Any) -> None:
        def sign_as(request: Any, **_: Any) -> None:
            request.headers["x-cfstream-owner"] = owner

        s3.meta.events.register("before-sign.s3.PutObject", sign_as, unique_id="upload")
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=b"video", **more)
        finally:
            s3.meta.events.unregister("before-sign.s3.PutObject", unique_id="upload")

    return upload


def rule(s3: Any, bucket: str) -> str:
    """Return the Object Ownership of a bucket."""
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    found: str = controls["Rules"][0]["ObjectOwnership"]
    return found


def owners(s3: Any, bucket: str) -> dict[str, str]:
    """Return the owner of each object, as a list shows it."""
    listed = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    return {row["Key"]: row["Owner"]["ID"] for row in listed}


def test_new_bucket_has_acls_disabled(strict_s3: Any) -> None:
    """A bucket is BucketOwnerEnforced unless the request sets something else (since April 2023)."""
    make_bucket(strict_s3, "lectures-media")
    assert rule(strict_s3, "lectures-media") == "BucketOwnerEnforced"


@pytest.mark.parametrize("wanted", ["ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"])
def test_ownership_is_set_in_the_creating_call(s3: Any, wanted: str) -> None:
    """CreateBucket accepts the Object Ownership."""
    make_bucket(s3, "lectures-media", ownership=wanted)
    assert rule(s3, "lectures-media") == wanted


def test_no_controls_means_acls_are_on(s3: Any) -> None:
    """Without ownership controls, reading them is 404, and ACLs are enabled."""
    bucket = make_bucket(s3, "lectures-media")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"")
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    with refused("OwnershipControlsNotFoundError", 404):
        rule(s3, bucket)
    s3.put_object_acl(Bucket=bucket, Key="a.mp4", ACL="private")


def test_acls_are_refused_while_disabled(strict_s3: Any) -> None:
    """With BucketOwnerEnforced, writing an object's ACL is AccessControlListNotSupported."""
    make_bucket(strict_s3, "lectures-media", ownership="BucketOwnerEnforced")
    strict_s3.put_object(Bucket="lectures-media", Key="a.mp4", Body=b"")
    with refused("AccessControlListNotSupported", 400, "The bucket does not allow ACLs"):
        strict_s3.put_object_acl(Bucket="lectures-media", Key="a.mp4", ACL="public-read")


def test_acl_headers_are_refused_while_disabled(s3: Any) -> None:
    """With BucketOwnerEnforced, an upload may only have bucket-owner-full-control."""
    bucket = make_bucket(s3, "lectures-media")
    with refused("AccessControlListNotSupported", 400):
        s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"", ACL="private")
    with refused("AccessControlListNotSupported", 400):
        s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"", GrantRead=f"id={UPLOADER}")
    with refused("AccessControlListNotSupported", 400):
        s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"", ACL="bucket-owner-full-control")


def test_reading_an_acl_works_while_disabled(s3: Any) -> None:
    """With BucketOwnerEnforced, GetObjectAcl and GetBucketAcl show only the owner's FULL_CONTROL."""
    bucket = make_bucket(s3, "lectures-media")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"")
    own = [{"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"}]
    assert s3.get_object_acl(Bucket=bucket, Key="a.mp4")["Grants"] == own
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == own


def test_enabling_acls_again_restores_them(s3: Any) -> None:
    """Disabling ACLs hides them and deletes none."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"", GrantRead=f"id={UPLOADER}")
    before = s3.get_object_acl(Bucket=bucket, Key="a.mp4")["Grants"]
    for wanted in ("BucketOwnerEnforced", "ObjectWriter"):
        s3.put_bucket_ownership_controls(
            Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": wanted}]}
        )
    assert s3.get_object_acl(Bucket=bucket, Key="a.mp4")["Grants"] == before


def test_acls_cannot_be_disabled_while_the_bucket_is_shared(s3: Any) -> None:
    """BucketOwnerEnforced is refused if the bucket's own ACL grants something to others."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={UPLOADER}", GrantFullControl=f"id={OWNER}")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)


def test_writer_owns_what_it_writes(s3: Any, upload_as: Any) -> None:
    """With ObjectWriter, the uploading account owns the object, and the bucket's owner cannot change its ACL."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    s3.put_object(Bucket=bucket, Key="ours.mp4", Body=b"")
    upload_as(bucket, "theirs.mp4")
    assert owners(s3, bucket) == {"ours.mp4": OWNER, "theirs.mp4": UPLOADER}
    with refused("AccessDenied", 403):
        s3.get_object_acl(Bucket=bucket, Key="theirs.mp4")
    with refused("AccessDenied", 403):
        s3.put_object_acl(Bucket=bucket, Key="theirs.mp4", ACL="private")


def test_writer_can_give_the_owner_full_control(s3: Any, upload_as: Any) -> None:
    """With bucket-owner-full-control, the writer owns the object, and the bucket's owner can change its ACL."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    upload_as(bucket, "theirs.mp4", ACL="bucket-owner-full-control")
    acl = s3.get_object_acl(Bucket=bucket, Key="theirs.mp4")
    assert acl["Owner"] == {"ID": UPLOADER}
    reader = {"Grantee": {"Type": "CanonicalUser", "ID": "b" * 64}, "Permission": "READ"}
    policy = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], reader]}
    s3.put_object_acl(Bucket=bucket, Key="theirs.mp4", AccessControlPolicy=policy)
    assert reader in s3.get_object_acl(Bucket=bucket, Key="theirs.mp4")["Grants"]


def test_preferred_owner_owns_some_uploads(s3: Any, upload_as: Any) -> None:
    """With BucketOwnerPreferred, only uploads with bucket-owner-full-control belong to the bucket's owner."""
    bucket = make_bucket(s3, "lectures-media", ownership="BucketOwnerPreferred")
    upload_as(bucket, "given.mp4", ACL="bucket-owner-full-control")
    upload_as(bucket, "kept.mp4")
    assert owners(s3, bucket) == {"given.mp4": OWNER, "kept.mp4": UPLOADER}


def test_enforced_owner_owns_everything(s3: Any, upload_as: Any) -> None:
    """With BucketOwnerEnforced, the bucket's owner owns every object, also earlier ones."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    upload_as(bucket, "a b/ü.mp4")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
    assert owners(s3, bucket) == {"a b/ü.mp4": OWNER}


def test_owner_is_listed_in_every_list(s3: Any, upload_as: Any) -> None:
    """ListObjects, ListObjectsV2 with FetchOwner, and ListObjectVersions have the object's owner, for any key."""
    bucket = make_bucket(s3, "lectures-media", ownership="ObjectWriter")
    upload_as(bucket, "a b+ü&?.mp4")
    first = s3.list_objects(Bucket=bucket)["Contents"][0]["Owner"]["ID"]
    version = s3.list_object_versions(Bucket=bucket)["Versions"][0]["Owner"]["ID"]
    assert {first, version, *owners(s3, bucket).values()} == {UPLOADER}
    assert "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]
