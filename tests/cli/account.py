"""A small account in a sandbox: an http stack, an old rtmp stack, and an unused identity."""

import json
from typing import Any

from tests.world.clients import clients_for
from tests.world.configs import (
    behavior,
    config,
    listing,
    make_control,
    make_group,
    make_identity,
    make_key,
    origin,
    signers,
    streaming_config,
)
from tests.world.other_user import OtherUser

OAI_PREFIX = "origin-access-identity/cloudfront/"


class SmallAccount(OtherUser):
    """The ids of the resources, and a user who reads and changes them without the commands."""

    def __init__(self, endpoint_url: str) -> None:
        """Create the resources."""
        super().__init__(clients_for(endpoint_url))
        self.distribution = _over_http(self.cloudfront, self.s3)
        used = make_identity(self.cloudfront, "used", "cfstream:old Old lectures")
        self.identity = str(used["Id"])
        self.streaming = _over_rtmp(self.cloudfront, self.s3, self.identity, used["S3CanonicalUserId"])
        self.unused = self.make_identity("made by hand", "unused")

    def disown(self) -> None:
        """Remove the marks of both stacks: their distributions were made by hand."""
        names = {"Items": ["cfstream:name", "cfstream:acl"]}
        for row in self.distributions():
            self.cloudfront.untag_resource(Resource=row["ARN"], TagKeys=names)
        reply = self.cloudfront.get_cloud_front_origin_access_identity_config(Id=self.identity)
        document = {**reply["CloudFrontOriginAccessIdentityConfig"], "Comment": "Old lectures"}
        self.cloudfront.update_cloud_front_origin_access_identity(
            Id=self.identity, IfMatch=reply["ETag"], CloudFrontOriginAccessIdentityConfig=document
        )

    def etag(self) -> str:
        """Return the current ETag of the unused identity."""
        reply = self.cloudfront.get_cloud_front_origin_access_identity(Id=self.unused)
        return str(reply["ETag"])


def _over_http(cloudfront: Any, s3: Any) -> str:
    s3.create_bucket(Bucket="media")
    group = make_group(cloudfront, "lectures-signers", make_key(cloudfront, "lectures-2026-11"))
    control = make_control(cloudfront, "cfstream-lectures")["Id"]
    sent = config(
        "lectures",
        Comment="Private lectures",
        Origins=listing(origin(OriginAccessControlId=control)),
        DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group)),
        CacheBehaviors=listing(behavior(PathPattern="/posters/*")),
    )
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    with_tags = {"DistributionConfig": sent, "Tags": tags}
    created = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=with_tags)["Distribution"]
    statement = {
        "Sid": "cfstream-lectures-oac",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": created["ARN"]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="media", Policy=json.dumps(policy))
    return str(created["Id"])


def _over_rtmp(cloudfront: Any, s3: Any, identity: str, canonical_user: str) -> str:
    s3.create_bucket(Bucket="old-media", ObjectOwnership="BucketOwnerPreferred")
    for key in ("one.flv", "two.flv", "three.flv"):
        s3.put_object(Bucket="old-media", Key=key, Body=b"-")
    for key in ("one.flv", "two.flv"):
        acl = s3.get_object_acl(Bucket="old-media", Key=key)
        grantee = {"Type": "CanonicalUser", "ID": canonical_user}
        grants = [*acl["Grants"], {"Grantee": grantee, "Permission": "FULL_CONTROL"}]
        s3.put_object_acl(
            Bucket="old-media", Key=key, AccessControlPolicy={"Owner": acl["Owner"], "Grants": grants}
        )
    sent = streaming_config(
        "old",
        Comment="Old lectures",
        Enabled=False,
        Aliases=listing("old.example.com"),
        S3Origin={"DomainName": "old-media.s3.amazonaws.com", "OriginAccessIdentity": OAI_PREFIX + identity},
        TrustedSigners={"Enabled": True, "Quantity": 1, "Items": ["self"]},
    )
    tags = {"Items": [{"Key": "cfstream:name", "Value": "old"}, {"Key": "cfstream:acl", "Value": identity}]}
    with_tags = {"StreamingDistributionConfig": sent, "Tags": tags}
    created = cloudfront.create_streaming_distribution_with_tags(
        StreamingDistributionConfigWithTags=with_tags
    )
    return str(created["StreamingDistribution"]["Id"])
