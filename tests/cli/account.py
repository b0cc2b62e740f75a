"""A small account in a sandbox: an http stack, an old rtmp stack, and an unused identity."""

import functools
import json
from dataclasses import dataclass
from typing import Any

import boto3

from tests.world.configs import (
    behavior,
    config,
    listing,
    make_control,
    make_group,
    make_key,
    origin,
    signers,
    streaming_config,
)

OAI_PREFIX = "origin-access-identity/cloudfront/"


@dataclass(frozen=True)
class SmallAccount:
    """The ids of the resources, and a client that reads them independently of the commands."""

    cloudfront: Any
    distribution: str
    streaming: str
    identity: str
    unused: str

    def etag(self) -> str:
        """Return the current ETag of the unused identity."""
        reply = self.cloudfront.get_cloud_front_origin_access_identity(Id=self.unused)
        return str(reply["ETag"])

    def identities(self) -> set[str]:
        """Return the ids of all identities."""
        listed = self.cloudfront.list_cloud_front_origin_access_identities()
        items = listed["CloudFrontOriginAccessIdentityList"].get("Items", [])
        return {item["Id"] for item in items}


@functools.cache
def client(service: str, endpoint_url: str) -> Any:
    """Return a boto3 client for a sandbox. It is cached, because creating one takes longer than most tests."""
    session: Any = boto3.Session(
        aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1"
    )
    return session.client(service, endpoint_url=endpoint_url)


def furnish(endpoint_url: str) -> SmallAccount:
    """Create the resources."""
    cloudfront, s3 = client("cloudfront", endpoint_url), client("s3", endpoint_url)
    distribution = _over_http(cloudfront, s3)
    identity = _identity(cloudfront, "used", "cfstream:old Old lectures")
    return SmallAccount(
        cloudfront,
        distribution,
        _over_rtmp(cloudfront, s3, identity["Id"], identity["S3CanonicalUserId"]),
        identity["Id"],
        _identity(cloudfront, "unused", "made by hand")["Id"],
    )


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
    made = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=with_tags)["Distribution"]
    statement = {
        "Sid": "cfstream-lectures-oac",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": made["ARN"]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="media", Policy=json.dumps(policy))
    return str(made["Id"])


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
    made = cloudfront.create_streaming_distribution_with_tags(StreamingDistributionConfigWithTags=with_tags)
    return str(made["StreamingDistribution"]["Id"])


def _identity(cloudfront: Any, reference: str, comment: str) -> Any:
    sent = {"CallerReference": reference, "Comment": comment}
    made = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=sent)
    return made["CloudFrontOriginAccessIdentity"]
