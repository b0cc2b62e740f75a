"""Claims about grants on objects, and objects that are encrypted or of others: S3 User Guide, "Access control list
(ACL) overview", "Controlling ownership of objects"; Developer Guide, "Restrict access to an Amazon S3 origin"
(SSE-KMS).
"""

import json
from typing import Any

import pytest

from cfstream.sandbox.s3 import OWNER_HEADER
from tests.edge.site import (
    BUCKET,
    PUBLIC,
    EdgeSite,
    Json,
    ask,
    by_oai,
    oai_statement,
    origin,
)
from tests.world.configs import listing

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
OTHER_USER = "c" * 64


class TestObjectAcl:
    """Grants on objects, in a bucket with ACLs enabled."""

    @pytest.fixture
    def shared(self, bare: EdgeSite) -> EdgeSite:
        """A bucket with ACLs enabled, without a public access block."""
        bare.create_bucket("ObjectWriter", blocked=False)
        return bare

    def grant(self, site: EdgeSite, permission: str, **grantee: str) -> None:
        """Add a grant on the video."""
        acl = site.s3.get_object_acl(Bucket=BUCKET, Key="one.mp4")
        kind = "Group" if "URI" in grantee else "CanonicalUser"
        added = {"Grantee": {"Type": kind, **grantee}, "Permission": permission}
        site.s3.put_object_acl(
            Bucket=BUCKET,
            Key="one.mp4",
            AccessControlPolicy={"Owner": acl["Owner"], "Grants": [*acl["Grants"], added]},
        )

    @pytest.mark.parametrize(
        ("permission", "status"),
        [("READ", 200), ("FULL_CONTROL", 200), ("READ_ACP", 403), ("WRITE_ACP", 403)],
    )
    def test_identity(self, shared: EdgeSite, permission: str, status: int) -> None:
        """A grant to an identity allows it to read this object, and no other."""
        created, identity = by_oai(shared)
        self.grant(shared, permission, ID=identity["S3CanonicalUserId"])
        assert ask(shared, created).status == status
        assert ask(shared, created, "hls/one.ts").status == 403

    @pytest.mark.parametrize(
        ("group", "by_identity", "by_service", "by_nobody"),
        [(ALL_USERS, 200, 200, 200), (AUTHENTICATED, 200, 403, 403)],
    )
    def test_groups(
        self, shared: EdgeSite, group: str, by_identity: int, by_service: int, by_nobody: int
    ) -> None:
        """AllUsers is everyone; AuthenticatedUsers are requests signed by any AWS account."""
        created, _ = by_oai(shared)
        service, nobody = shared.distribution(), shared.distribution(Origins=listing(origin()))
        self.grant(shared, "READ", URI=group)
        found = tuple(ask(shared, each).status for each in (created, service, nobody))
        assert found == (by_identity, by_service, by_nobody)

    def test_ignored_public_acls(self, shared: EdgeSite) -> None:
        """IgnorePublicAcls of the bucket disables public grants, and keeps the identity's."""
        created, identity = by_oai(shared)
        nobody = shared.distribution(Origins=listing(origin()))
        self.grant(shared, "READ", URI=ALL_USERS)
        self.grant(shared, "READ", ID=identity["S3CanonicalUserId"])
        shared.s3.put_public_access_block(
            Bucket=BUCKET, PublicAccessBlockConfiguration={"IgnorePublicAcls": True}
        )
        assert (ask(shared, created).status, ask(shared, nobody).status) == (200, 403)

    def test_ownership_enforced(self, shared: EdgeSite) -> None:
        """With enforced ownership, ACLs have no effect."""
        created, identity = by_oai(shared)
        self.grant(shared, "READ", ID=identity["S3CanonicalUserId"])
        assert ask(shared, created).status == 200
        shared.s3.put_bucket_ownership_controls(
            Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        )
        assert ask(shared, created).status == 403

    def test_objects_of_others(self, shared: EdgeSite) -> None:
        """A bucket policy does not apply to another owner's objects, until ownership is enforced."""
        created = shared.distribution()
        shared.grant(created)

        def theirs(params: Json, **_: Any) -> None:
            params["headers"][OWNER_HEADER] = OTHER_USER

        shared.s3.meta.events.register("before-call.s3.PutObject", theirs, unique_id="theirs")
        try:
            shared.put("one.mp4")
        finally:
            shared.s3.meta.events.unregister("before-call.s3.PutObject", unique_id="theirs")
        assert ask(shared, created).verdict == (403, "AccessDenied")
        shared.s3.put_bucket_ownership_controls(
            Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        )
        assert ask(shared, created).status == 200

    def test_account_wide_block(self, shared: EdgeSite, s3control: Any) -> None:
        """The account's block applies to each of its buckets."""
        nobody = shared.distribution(Origins=listing(origin()))
        self.grant(shared, "READ", URI=ALL_USERS)
        assert ask(shared, nobody).status == 200
        s3control.put_public_access_block(
            AccountId="123456789012",
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        assert ask(shared, nobody).status == 403


class TestKms:
    """Objects encrypted with KMS."""

    def encrypted(self, site: EdgeSite, clients: Any, *statements: Json) -> None:
        """Encrypt the video with a key with these statements, or with aws/s3."""
        more = {}
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            more = {"SSEKMSKeyId": clients("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]}
        site.put("one.mp4", ServerSideEncryption="aws:kms", **more)

    def decrypting(self, created: Json, **changes: Any) -> Json:
        """Return the statement from the guide."""
        return {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": created["ARN"]}},
            **changes,
        }

    def test_by_oac(self, site: EdgeSite, clients: Any) -> None:
        """The key's policy must allow CloudFront to decrypt for this distribution."""
        created = site.distribution()
        site.grant(created)
        self.encrypted(site, clients, self.decrypting(created))
        assert ask(site, created).status == 200
        self.encrypted(site, clients, self.decrypting({"ARN": "arn:aws:cloudfront::1:distribution/E0"}))
        assert ask(site, created).verdict == (403, "AccessDenied")
        self.encrypted(site, clients, self.decrypting(created, Action="kms:Encrypt"))
        assert ask(site, created).verdict == (403, "AccessDenied")
        self.encrypted(site, clients)
        assert ask(site, created).verdict == (403, "AccessDenied")

    def test_by_others(self, site: EdgeSite, clients: Any) -> None:
        """An identity and anonymous requests cannot sign as KMS requires."""
        created, identity = by_oai(site)
        nobody = site.distribution(Origins=listing(origin()))
        site.s3.delete_public_access_block(Bucket=BUCKET)
        site.put_policy(oai_statement(identity), PUBLIC)
        self.encrypted(site, clients, self.decrypting(created))
        for each in (created, nobody):
            assert ask(site, each).verdict == (400, "InvalidArgument")
