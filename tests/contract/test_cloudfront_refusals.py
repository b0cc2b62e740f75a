"""Distribution configs that create or update refuses, each with its code."""

from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    DOMAIN,
    FORWARD_NOTHING,
    Json,
    behavior,
    config,
    legacy_behavior,
    listing,
    make,
    make_control,
    make_identity,
    origin,
    refused,
)


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


ON_UPDATE = [
    "Aliases",
    "DefaultRootObject",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Logging",
    "PriceClass",
    "ViewerCertificate",
    "Restrictions",
    "WebACLId",
    "HttpVersion",
]


@pytest.mark.parametrize("member", ON_UPDATE)
def test_updates_need_more_than_creates(cloudfront: Any, member: str) -> None:
    """An update without a member that a create fills in is IllegalUpdate."""
    created = make(cloudfront)
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    del live[member]
    with refused("IllegalUpdate", 400, member):
        cloudfront.update_distribution(Id=created["Id"], IfMatch=created["ETag"], DistributionConfig=live)


@pytest.mark.parametrize(
    "member",
    ["AllowedMethods", "SmoothStreaming", "Compress", "LambdaFunctionAssociations", "FieldLevelEncryptionId"],
)
def test_updates_need_more_of_behaviors(cloudfront: Any, member: str) -> None:
    """A behavior without a member that only updates need is InvalidArgument."""
    created = make(cloudfront)
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    del live["DefaultCacheBehavior"][member]
    with refused("InvalidArgument", 400, member):
        cloudfront.update_distribution(Id=created["Id"], IfMatch=created["ETag"], DistributionConfig=live)


@pytest.mark.parametrize("member", ["OriginPath", "CustomHeaders"])
def test_updates_need_more_of_origins(cloudfront: Any, member: str) -> None:
    """An origin without a member that only updates need is InvalidArgument."""
    created = make(cloudfront)
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    del live["Origins"]["Items"][0][member]
    with refused("InvalidArgument", 400, member):
        cloudfront.update_distribution(Id=created["Id"], IfMatch=created["ETag"], DistributionConfig=live)


NUMBER = "123456789012"
WEB_ACL = "a1b2c3d4-5678-90ab-cdef-111111111111"
CUSTOM: Json = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}

REFUSALS: dict[str, tuple[Json, str, int]] = {
    "an origin that is no bucket": (
        {"Origins": listing(origin(DomainName="media.example.com"))},
        "InvalidArgument",
        400,
    ),
    "a website endpoint as bucket": (
        {"Origins": listing(origin(DomainName="media.s3-website-us-east-1.amazonaws.com"))},
        "InvalidArgument",
        400,
    ),
    "an accelerated bucket": (
        {"Origins": listing(origin(DomainName="media.s3-accelerate.amazonaws.com"))},
        "InvalidArgument",
        400,
    ),
    "a bucket that is not there": (
        {"Origins": listing(origin(DomainName="nowhere.s3.us-east-1.amazonaws.com"))},
        "InvalidArgument",
        400,
    ),
    "two origins of one id": ({"Origins": listing(origin(), origin())}, "InvalidArgument", 400),
    "an origin of two kinds": (
        {"Origins": listing(origin(CustomOriginConfig=CUSTOM))},
        "InvalidArgument",
        400,
    ),
    "an origin path with a slash at its end": (
        {"Origins": listing(origin(OriginPath="/videos/"))},
        "InvalidArgument",
        400,
    ),
    "an origin shield without a region": (
        {"Origins": listing(origin(OriginShield={"Enabled": True}))},
        "InvalidArgument",
        400,
    ),
    "an origin shield in a region that has none": (
        {"Origins": listing(origin(OriginShield={"Enabled": True, "OriginShieldRegion": "eu-north-1"}))},
        "InvalidArgument",
        400,
    ),
    "a behavior to another origin": (
        {"DefaultCacheBehavior": behavior(TargetOriginId="other")},
        "NoSuchOrigin",
        404,
    ),
    "an unknown cache policy": (
        {"DefaultCacheBehavior": behavior(CachePolicyId="658327ea-0000-0000-0000-7e88639e58f6")},
        "NoSuchCachePolicy",
        404,
    ),
    "an unknown origin request policy": (
        {"DefaultCacheBehavior": behavior(OriginRequestPolicyId="no")},
        "NoSuchOriginRequestPolicy",
        404,
    ),
    "an unknown response headers policy": (
        {"DefaultCacheBehavior": behavior(ResponseHeadersPolicyId="no")},
        "NoSuchResponseHeadersPolicy",
        404,
    ),
    "neither policy nor forwarded values": (
        {"DefaultCacheBehavior": behavior(CachePolicyId="")},
        "InvalidArgument",
        400,
    ),
    "both policy and forwarded values": (
        {"DefaultCacheBehavior": behavior(ForwardedValues=FORWARD_NOTHING)},
        "InvalidArgument",
        400,
    ),
    "forwarded values without MinTTL": (
        {"DefaultCacheBehavior": {key: value for key, value in legacy_behavior().items() if key != "MinTTL"}},
        "InvalidArgument",
        400,
    ),
    "TTLs out of order": ({"DefaultCacheBehavior": legacy_behavior(MinTTL=90000)}, "InvalidTTLOrder", 400),
    "Host forwarded to S3": (
        {
            "DefaultCacheBehavior": legacy_behavior(
                ForwardedValues={**FORWARD_NOTHING, "Headers": listing("Host")}
            )
        },
        "InvalidHeadersForS3Origin",
        400,
    ),
    "four methods": (
        {"DefaultCacheBehavior": behavior(AllowedMethods=listing("GET", "HEAD", "OPTIONS", "PUT"))},
        "InvalidArgument",
        400,
    ),
    "two behaviors of one path": (
        {"CacheBehaviors": listing(behavior(PathPattern="/a/*"), behavior(PathPattern="/a/*"))},
        "InvalidArgument",
        400,
    ),
    "a comment of 129 characters": ({"Comment": "c" * 129}, "InvalidArgument", 400),
    "a root object with a slash": ({"DefaultRootObject": "/index.html"}, "InvalidDefaultRootObject", 400),
    "logging to no bucket": (
        {"Logging": {"Enabled": True, "Bucket": "logs", "Prefix": ""}},
        "InvalidArgument",
        400,
    ),
    "a policy for what goes to the origin, and no cache policy": (
        {
            "DefaultCacheBehavior": legacy_behavior(
                OriginRequestPolicyId="88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
            )
        },
        "InvalidArgument",
        400,
    ),
    "a web ACL of another region": (
        {"WebACLId": f"arn:aws:wafv2:eu-west-1:{NUMBER}:global/webacl/viewers/{WEB_ACL}"},
        "InvalidWebACLId",
        400,
    ),
    "a web ACL for a region": (
        {"WebACLId": f"arn:aws:wafv2:us-east-1:{NUMBER}:regional/webacl/viewers/{WEB_ACL}"},
        "InvalidWebACLId",
        400,
    ),
    "a web ACL that does not exist": (
        {"WebACLId": f"arn:aws:wafv2:us-east-1:{NUMBER}:global/webacl/viewers/{WEB_ACL}"},
        "InvalidWebACLId",
        400,
    ),
    "a web ACL by its name": ({"WebACLId": "viewers"}, "InvalidWebACLId", 400),
    "an unknown country": (
        {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", **listing("X" * 3)}}},
        "InvalidLocationCode",
        400,
    ),
    "a country in small letters": (
        {"Restrictions": {"GeoRestriction": {"RestrictionType": "blacklist", **listing("us")}}},
        "InvalidLocationCode",
        400,
    ),
    "countries without a restriction": (
        {"Restrictions": {"GeoRestriction": {"RestrictionType": "none", **listing("US")}}},
        "InvalidGeoRestrictionParameter",
        400,
    ),
    "an empty path pattern": (
        {"CacheBehaviors": listing(behavior(PathPattern=""))},
        "InvalidArgument",
        400,
    ),
    "a path pattern with a blank": (
        {"CacheBehaviors": listing(behavior(PathPattern="/a b/*"))},
        "InvalidArgument",
        400,
    ),
    "an origin path without a slash at its start": (
        {"Origins": listing(origin(OriginPath="videos"))},
        "InvalidRelativePath",
        400,
    ),
    "an origin path with a blank": (
        {"Origins": listing(origin(OriginPath="/two words"))},
        "InvalidRelativePath",
        400,
    ),
    "an error page for a code that has none": (
        {"CustomErrorResponses": listing({"ErrorCode": 402})},
        "InvalidErrorCode",
        400,
    ),
    "an error page with an odd response code": (
        {
            "CustomErrorResponses": listing(
                {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "302"}
            )
        },
        "InvalidResponseCode",
        400,
    ),
    "logs to a bucket that does not exist": (
        {
            "Logging": {
                "Enabled": True,
                "IncludeCookies": False,
                "Bucket": "no.s3.amazonaws.com",
                "Prefix": "",
            }
        },
        "InvalidArgument",
        400,
    ),
    "logs to a bucket without ACLs": (
        {"Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": DOMAIN, "Prefix": ""}},
        "InvalidArgument",
        400,
    ),
    "an unknown version of HTTP": ({"HttpVersion": "http4"}, "InvalidArgument", 400),
    "an unknown price class": ({"PriceClass": "PriceClass_300"}, "InvalidArgument", 400),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_configs_that_are_refused(cloudfront: Any, case: str) -> None:
    """Create refuses each of these with its code, and creates nothing."""
    changes, code, status = REFUSALS[case]
    with refused(code, status):
        make(cloudfront, config(**changes))
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0


def test_updates_need_more_of_custom_origins(cloudfront: Any) -> None:
    """A create fills in the timeouts of a custom origin. An update requires them."""
    custom = {"Id": "s3", "DomainName": "www.example.com", "CustomOriginConfig": CUSTOM}
    created = make(cloudfront, config(Origins=listing(custom)))
    (there,) = created["DistributionConfig"]["Origins"]["Items"]
    assert there["CustomOriginConfig"]["OriginKeepaliveTimeout"] == 5
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    del live["Origins"]["Items"][0]["CustomOriginConfig"]["OriginReadTimeout"]
    with refused("InvalidArgument", 400, "OriginReadTimeout"):
        cloudfront.update_distribution(Id=created["Id"], IfMatch=created["ETag"], DistributionConfig=live)


def test_members_of_an_origin_group_must_exist(cloudfront: Any) -> None:
    """An origin group is a target like an origin. Its members must be origins of the distribution."""
    group = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": listing(500)},
        "Members": listing({"OriginId": "s3"}, {"OriginId": "second"}),
    }
    target = behavior(TargetOriginId="both")
    sent = config(OriginGroups=listing(group), DefaultCacheBehavior=target)
    with refused("NoSuchOrigin", 404):
        make(cloudfront, sent)
    created = make(cloudfront, {**sent, "Origins": listing(origin(), origin(Id="second"))})
    assert created["DistributionConfig"]["DefaultCacheBehavior"]["TargetOriginId"] == "both"


def test_origin_access_must_exist(strict_cloudfront: Any) -> None:
    """An unknown origin access control is InvalidOriginAccessControl, 400 and not 404."""
    with refused("InvalidOriginAccessControl", 400):
        make(strict_cloudfront, config(Origins=listing(origin(OriginAccessControlId="E00000000000NO"))))


@pytest.mark.parametrize(
    "identity",
    [
        "origin-access-identity/cloudfront/E00000000000NO",
        "E00000000000NO",
        "origin-access-identity/CloudFront/{}",
    ],
)
def test_origin_access_identities_must_exist(cloudfront: Any, identity: str) -> None:
    """An unknown identity, or another spelling of an existing one, is InvalidOriginAccessIdentity."""
    there = make_identity(cloudfront)["Id"]
    named = {"OriginAccessIdentity": identity.format(there)}
    with refused("InvalidOriginAccessIdentity", 400):
        make(cloudfront, config(Origins=listing(origin(S3OriginConfig=named))))


def test_an_origin_has_one_sort_of_access(cloudfront: Any) -> None:
    """An identity and a control on one origin are IllegalOriginAccessConfiguration."""
    named = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{make_identity(cloudfront)['Id']}"}
    both = origin(S3OriginConfig=named, OriginAccessControlId=make_control(cloudfront)["Id"])
    with refused("IllegalOriginAccessConfiguration", 400):
        make(cloudfront, config(Origins=listing(both)))


def test_an_access_control_for_s3_needs_a_bucket(cloudfront: Any) -> None:
    """A website endpoint cannot have an origin access control for S3."""
    website = {
        "Id": "s3",
        "DomainName": "media.s3-website-us-east-1.amazonaws.com",
        "CustomOriginConfig": CUSTOM,
        "OriginAccessControlId": make_control(cloudfront)["Id"],
    }
    with refused("InvalidDomainNameForOriginAccessControl", 400):
        make(cloudfront, config(Origins=listing(website)))
