"""Changes by others that neither open nor close anything, and that the spec does not set."""

# ruff: noqa: D103 (where a name says it all)

import json
from typing import Any

from tests.verify.account import VerifiedAccount
from tests.verify.breaks import NOBODY, add
from tests.world.configs import listing, set_to, signers
from tests.world.specs import Json
from tests.world.statements import allow

ROLE = "arn:aws:iam::123456789012:role/encoder"


def comment(account: VerifiedAccount) -> None:
    account.edit(set_to(Comment="by hand"))


def price_class(account: VerifiedAccount) -> None:
    account.edit(set_to(PriceClass="PriceClass_100"))


def http_version(account: VerifiedAccount) -> None:
    account.edit(set_to(HttpVersion="http2and3"))


def ipv6(account: VerifiedAccount) -> None:
    account.edit(lambda config: config.update(IsIPV6Enabled=not config["IsIPV6Enabled"]))


def logging(account: VerifiedAccount) -> None:
    account.s3.create_bucket(Bucket="logs", ObjectOwnership="BucketOwnerPreferred")
    logs = {
        "Enabled": True,
        "IncludeCookies": False,
        "Bucket": "logs.s3.amazonaws.com",
        "Prefix": "",
    }
    account.edit(set_to(Logging=logs))


def root_object(account: VerifiedAccount) -> None:
    account.edit(set_to(DefaultRootObject="index.html"))


def geo_restriction(account: VerifiedAccount) -> None:
    blocked = {"RestrictionType": "blacklist", **listing("AQ")}
    account.edit(set_to(Restrictions={"GeoRestriction": blocked}))


def cache_policy(account: VerifiedAccount) -> None:
    """Set CachingDisabled on the default behavior, for which the spec names no policy."""
    policy = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    account.edit(lambda config: config["DefaultCacheBehavior"].update(CachePolicyId=policy))


def compression(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["DefaultCacheBehavior"].update(Compress=True))


def error_page(account: VerifiedAccount) -> None:
    """Add an error page with status 200 for refused viewers."""
    account.s3.put_object(Bucket="media", Key="posters/sorry.html", Body=b"Please sign in.")
    page = {
        "ErrorCode": 403,
        "ResponsePagePath": "/posters/sorry.html",
        "ResponseCode": "200",
        "ErrorCachingMinTTL": 10,
    }
    account.edit(set_to(CustomErrorResponses=listing(page)))


def missing_page(account: VerifiedAccount) -> None:
    account.s3.put_object(Bucket="media", Key="posters/none.html", Body=b"Not here.")
    page = {
        "ErrorCode": 404,
        "ResponsePagePath": "/posters/none.html",
        "ResponseCode": "404",
        "ErrorCachingMinTTL": 10,
    }
    account.edit(set_to(CustomErrorResponses=listing(page)))


def origin_headers(account: VerifiedAccount) -> None:
    header = {"HeaderName": "X-Team", "HeaderValue": "media"}
    account.edit(lambda config: config["Origins"]["Items"][0].update(CustomHeaders=listing(header)))


def tags(account: VerifiedAccount) -> None:
    arn = account.live()["ARN"]
    items = [{"Key": "team", "Value": "media"}]
    account.cloudfront.tag_resource(Resource=arn, Tags={"Items": items})


def further_behavior(account: VerifiedAccount) -> None:
    """Add a behavior that requires the same signatures."""
    add(account, "/clips/*", {}, first=False)


def other_origin(account: VerifiedAccount) -> None:
    """Add an API as another origin, which verify does not judge."""

    def change(config: Json) -> None:
        custom = {
            "Id": "api",
            "DomainName": "api.example.com",
            "OriginPath": "",
            "CustomHeaders": listing(),
            "CustomOriginConfig": {
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "https-only",
                "OriginSslProtocols": listing("TLSv1.2"),
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
            },
        }
        config["Origins"] = listing(*config["Origins"]["Items"], custom)

    account.edit(change)
    add(account, "/api/*", {"TargetOriginId": "api", "TrustedKeyGroups": NOBODY})


def unused_key(account: VerifiedAccount) -> None:
    account.make_key("spare", file="old")


def unused_group(account: VerifiedAccount) -> None:
    account.make_group("spare", account.make_key("spare", file="old"))


def unused_identity(account: VerifiedAccount) -> None:
    account.make_identity()


def distribution_of_another_bucket(account: VerifiedAccount) -> None:
    """Create an unsigned distribution of another bucket."""
    account.bucket("site", "index.html")
    account.other_distribution("site")


def distribution_without_a_grant(account: VerifiedAccount) -> None:
    """Create an unsigned distribution of this bucket, which refuses it."""
    account.other_distribution()


def signed_distribution_of_another_stack(account: VerifiedAccount) -> None:
    """Create a distribution with the tag of another stack, which the policy admits, with its own signers."""
    group = account.make_group("theirs", account.make_key("theirs", file="old"))
    created = account.other_distribution(behavior={"TrustedKeyGroups": signers(group)})
    tags = {"Items": [{"Key": "cfstream:name", "Value": "campus"}]}
    account.cloudfront.tag_resource(Resource=created["ARN"], Tags=tags)
    _allow_reading(account, created)


def disabled_distribution(account: VerifiedAccount) -> None:
    """Create a disabled, unsigned distribution that the policy allows to read."""
    _allow_reading(account, account.other_distribution(Enabled=False))


def statement_for_a_role(account: VerifiedAccount) -> None:
    account.add_statement(allow("Encoder", {"AWS": ROLE}))


def statement_against_plain_http(account: VerifiedAccount) -> None:
    denied = {**allow("Tls", "*"), "Effect": "Deny", "Action": "s3:*"}
    account.add_statement({**denied, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})


def public_acl_that_is_ignored(account: VerifiedAccount) -> None:
    account.block()
    account.s3.put_object_acl(Bucket="media", Key="a/one.mp4", ACL="public-read")
    account.block(IgnorePublicAcls=True)


def acls_disabled(account: VerifiedAccount) -> None:
    rule = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    account.s3.put_bucket_ownership_controls(Bucket="media", OwnershipControls=rule)


def no_block(account: VerifiedAccount) -> None:
    """Nothing is public, and nothing blocks it."""
    account.unblocked()


def website_that_nobody_may_read(account: VerifiedAccount) -> None:
    account.s3.put_bucket_website(
        Bucket="media", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )


def versions(account: VerifiedAccount) -> None:
    account.s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    account.s3.put_object(Bucket="media", Key="a/one.mp4", Body=b"9876543210")


def bucket_tags(account: VerifiedAccount) -> None:
    account.s3.put_bucket_tagging(Bucket="media", Tagging={"TagSet": [{"Key": "team", "Value": "media"}]})


def encryption(account: VerifiedAccount) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    account.s3.put_bucket_encryption(Bucket="media", ServerSideEncryptionConfiguration={"Rules": [rule]})


def new_objects(account: VerifiedAccount) -> None:
    for key in ("a/new.mp4", "folder/", "a/%41?#&=.mp4", "empty.mp4"):
        body: Any = b"" if key in ("folder/", "empty.mp4") else b"0123456789"
        account.s3.put_object(Bucket="media", Key=key, Body=body)


def private_access_point(account: VerifiedAccount) -> None:
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/inside/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Encoder", {"AWS": ROLE}, arn)]}
    account.access_point("inside", json.dumps(policy))


def public_access_point_that_is_blocked(account: VerifiedAccount) -> None:
    """Create an access point with a public policy that restricts public policies."""
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    account.access_point("wide", json.dumps(policy))


def public_access_point_without_delegation(account: VerifiedAccount) -> None:
    """Create a public access point to which the bucket does not delegate."""
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    account.access_point("wide", json.dumps(policy), open_=True)


def _allow_reading(account: VerifiedAccount, created: Json) -> None:
    condition = {"StringEquals": {"AWS:SourceArn": created["ARN"]}}
    account.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))
