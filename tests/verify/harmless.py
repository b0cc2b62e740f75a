"""Changes by others that neither open nor close anything, and that the spec does not set."""

# ruff: noqa: D103 (where a name says it all)

import json
from typing import Any

from tests.promises.studio import Json, allow, listing, set_to, signers
from tests.verify.breaks import NOBODY, add
from tests.verify.stage import Stage

ROLE = "arn:aws:iam::123456789012:role/encoder"


def comment(stage: Stage) -> None:
    stage.edit(set_to(Comment="by hand"))


def price_class(stage: Stage) -> None:
    stage.edit(set_to(PriceClass="PriceClass_100"))


def http_version(stage: Stage) -> None:
    stage.edit(set_to(HttpVersion="http2and3"))


def ipv6(stage: Stage) -> None:
    stage.edit(lambda config: config.update(IsIPV6Enabled=not config["IsIPV6Enabled"]))


def logging(stage: Stage) -> None:
    stage.s3.create_bucket(Bucket="logs", ObjectOwnership="BucketOwnerPreferred")
    logs = {
        "Enabled": True,
        "IncludeCookies": False,
        "Bucket": "logs.s3.amazonaws.com",
        "Prefix": "",
    }
    stage.edit(set_to(Logging=logs))


def root_object(stage: Stage) -> None:
    stage.edit(set_to(DefaultRootObject="index.html"))


def geo_restriction(stage: Stage) -> None:
    blocked = {"RestrictionType": "blacklist", **listing("AQ")}
    stage.edit(set_to(Restrictions={"GeoRestriction": blocked}))


def cache_policy(stage: Stage) -> None:
    """Set CachingDisabled on the default behavior, for which the spec names no policy."""
    policy = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(CachePolicyId=policy))


def compression(stage: Stage) -> None:
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(Compress=True))


def error_page(stage: Stage) -> None:
    """Add an error page with status 200 for refused viewers."""
    stage.s3.put_object(Bucket="media", Key="posters/sorry.html", Body=b"Please sign in.")
    page = {
        "ErrorCode": 403,
        "ResponsePagePath": "/posters/sorry.html",
        "ResponseCode": "200",
        "ErrorCachingMinTTL": 10,
    }
    stage.edit(set_to(CustomErrorResponses=listing(page)))


def missing_page(stage: Stage) -> None:
    stage.s3.put_object(Bucket="media", Key="posters/none.html", Body=b"Not here.")
    page = {
        "ErrorCode": 404,
        "ResponsePagePath": "/posters/none.html",
        "ResponseCode": "404",
        "ErrorCachingMinTTL": 10,
    }
    stage.edit(set_to(CustomErrorResponses=listing(page)))


def origin_headers(stage: Stage) -> None:
    header = {"HeaderName": "X-Team", "HeaderValue": "media"}
    stage.edit(lambda config: config["Origins"]["Items"][0].update(CustomHeaders=listing(header)))


def tags(stage: Stage) -> None:
    arn = stage.live()["ARN"]
    items = [{"Key": "team", "Value": "media"}]
    stage.cloudfront.tag_resource(Resource=arn, Tags={"Items": items})


def further_behavior(stage: Stage) -> None:
    """Add a behavior that requires the same signatures."""
    add(stage, "/clips/*", {}, first=False)


def other_origin(stage: Stage) -> None:
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

    stage.edit(change)
    add(stage, "/api/*", {"TargetOriginId": "api", "TrustedKeyGroups": NOBODY})


def unused_key(stage: Stage) -> None:
    stage.make_key("spare", file="old")


def unused_group(stage: Stage) -> None:
    stage.make_group("spare", stage.make_key("spare", file="old"))


def unused_identity(stage: Stage) -> None:
    stage.make_identity()


def distribution_of_another_bucket(stage: Stage) -> None:
    """Create an unsigned distribution of another bucket."""
    stage.bucket("site", "index.html")
    stage.other_distribution("site")


def distribution_that_is_not_let_in(stage: Stage) -> None:
    """Create an unsigned distribution of this bucket, which refuses it."""
    stage.other_distribution()


def signed_distribution_of_another_stack(stage: Stage) -> None:
    """Create a distribution with the tag of another stack, which the policy admits, with its own signers."""
    group = stage.make_group("theirs", stage.make_key("theirs", file="old"))
    made = stage.other_distribution(behavior={"TrustedKeyGroups": signers(group)})
    tags = {"Items": [{"Key": "cfstream:name", "Value": "campus"}]}
    stage.cloudfront.tag_resource(Resource=made["ARN"], Tags=tags)
    _let_in(stage, made)


def disabled_distribution(stage: Stage) -> None:
    """Create a disabled, unsigned distribution that the policy allows to read."""
    _let_in(stage, stage.other_distribution(Enabled=False))


def statement_for_a_role(stage: Stage) -> None:
    stage.add_statement(allow("Encoder", {"AWS": ROLE}))


def statement_against_plain_http(stage: Stage) -> None:
    denied = {**allow("Tls", "*"), "Effect": "Deny", "Action": "s3:*"}
    stage.add_statement({**denied, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})


def public_acl_that_is_ignored(stage: Stage) -> None:
    stage.block()
    stage.s3.put_object_acl(Bucket="media", Key="a/one.mp4", ACL="public-read")
    stage.block(IgnorePublicAcls=True)


def acls_disabled(stage: Stage) -> None:
    rule = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    stage.s3.put_bucket_ownership_controls(Bucket="media", OwnershipControls=rule)


def no_block(stage: Stage) -> None:
    """Nothing is public, and nothing blocks it."""
    stage.unblocked()


def website_that_nobody_may_read(stage: Stage) -> None:
    stage.s3.put_bucket_website(
        Bucket="media", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )


def versions(stage: Stage) -> None:
    stage.s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    stage.s3.put_object(Bucket="media", Key="a/one.mp4", Body=b"9876543210")


def bucket_tags(stage: Stage) -> None:
    stage.s3.put_bucket_tagging(Bucket="media", Tagging={"TagSet": [{"Key": "team", "Value": "media"}]})


def encryption(stage: Stage) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    stage.s3.put_bucket_encryption(Bucket="media", ServerSideEncryptionConfiguration={"Rules": [rule]})


def new_objects(stage: Stage) -> None:
    for key in ("a/new.mp4", "folder/", "a/%41?#&=.mp4", "empty.mp4"):
        body: Any = b"" if key in ("folder/", "empty.mp4") else b"0123456789"
        stage.s3.put_object(Bucket="media", Key=key, Body=body)


def private_access_point(stage: Stage) -> None:
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/inside/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Encoder", {"AWS": ROLE}, arn)]}
    stage.access_point("inside", json.dumps(policy))


def public_access_point_that_is_blocked(stage: Stage) -> None:
    """Create an access point with a public policy that restricts public policies."""
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    stage.access_point("wide", json.dumps(policy))


def public_access_point_without_delegation(stage: Stage) -> None:
    """Create a public access point to which the bucket does not delegate."""
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    stage.access_point("wide", json.dumps(policy), open_=True)


def _let_in(stage: Stage, made: Json) -> None:
    condition = {"StringEquals": {"AWS:SourceArn": made["ARN"]}}
    stage.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))
