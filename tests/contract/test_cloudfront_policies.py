"""Cache, origin request and response headers policies: managed and custom ones."""

from typing import Any

import pytest

from tests.world.configs import BUCKET, CACHING_OPTIMIZED, Json, behavior, config, make, refused
from tests.world.sandbox import Sandbox

CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _make_cache_policy(cloudfront: Any, name: str = "mine", **changes: Any) -> Any:
    created = cloudfront.create_cache_policy(CachePolicyConfig={"Name": name, "MinTTL": 0, **changes})
    return {**created["CachePolicy"], "ETag": created["ETag"]}


def test_managed_policies_are_in_every_account(cloudfront: Any) -> None:
    """They can be listed, and read by the ids in the guide, with their TTLs."""
    rows = cloudfront.list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    assert {row["Type"] for row in rows} == {"managed"}
    optimized = cloudfront.get_cache_policy(Id=CACHING_OPTIMIZED)["CachePolicy"]["CachePolicyConfig"]
    assert optimized["Name"] == "Managed-CachingOptimized"
    assert (optimized["MinTTL"], optimized["DefaultTTL"], optimized["MaxTTL"]) == (1, 86400, 31536000)
    request = cloudfront.get_origin_request_policy(Id=CORS_S3_ORIGIN)["OriginRequestPolicy"]
    assert request["OriginRequestPolicyConfig"]["Name"] == "Managed-CORS-S3Origin"
    response = cloudfront.get_response_headers_policy(Id=SIMPLE_CORS)["ResponseHeadersPolicy"]
    assert response["ResponseHeadersPolicyConfig"]["Name"] == "Managed-SimpleCORS"


def test_managed_policies_can_be_used(cloudfront: Any) -> None:
    """A behavior can have all three kinds of managed policies."""
    named = behavior(OriginRequestPolicyId=CORS_S3_ORIGIN, ResponseHeadersPolicyId=SIMPLE_CORS)
    created = make(cloudfront, config(DefaultCacheBehavior=named))
    live = created["DistributionConfig"]["DefaultCacheBehavior"]
    assert (live["OriginRequestPolicyId"], live["ResponseHeadersPolicyId"]) == (CORS_S3_ORIGIN, SIMPLE_CORS)


def test_managed_policies_cannot_be_changed(cloudfront: Any) -> None:
    """Updating a managed policy is IllegalUpdate, deleting it IllegalDelete."""
    live = cloudfront.get_cache_policy_config(Id=CACHING_OPTIMIZED)
    with refused("IllegalUpdate", 400):
        cloudfront.update_cache_policy(
            Id=CACHING_OPTIMIZED, IfMatch=live["ETag"], CachePolicyConfig=live["CachePolicyConfig"]
        )
    with refused("IllegalDelete", 400):
        cloudfront.delete_cache_policy(Id=CACHING_OPTIMIZED, IfMatch=live["ETag"])


def test_a_custom_cache_policy(cloudfront: Any) -> None:
    """It reads back with AWS's default TTLs, is listed as custom, can be changed, and can be deleted if unused."""
    created = _make_cache_policy(cloudfront)
    assert created["CachePolicyConfig"]["DefaultTTL"] == 86400
    (row,) = cloudfront.list_cache_policies(Type="custom")["CachePolicyList"]["Items"]
    assert (row["Type"], row["CachePolicy"]["Id"]) == ("custom", created["Id"])
    changed = {**created["CachePolicyConfig"], "Comment": "new"}
    after = cloudfront.update_cache_policy(
        Id=created["Id"], IfMatch=created["ETag"], CachePolicyConfig=changed
    )
    assert after["ETag"] != created["ETag"]
    cloudfront.delete_cache_policy(Id=created["Id"], IfMatch=after["ETag"])
    with refused("NoSuchCachePolicy", 404):
        cloudfront.get_cache_policy(Id=created["Id"])


def test_names_of_policies_are_unique(cloudfront: Any) -> None:
    """A cache policy with the name of another one, managed ones included, is CachePolicyAlreadyExists."""
    _make_cache_policy(cloudfront)
    with refused("CachePolicyAlreadyExists", 409):
        _make_cache_policy(cloudfront)
    with refused("CachePolicyAlreadyExists", 409):
        _make_cache_policy(cloudfront, "Managed-CachingOptimized")


def test_a_policy_in_use_stays(cloudfront: Any) -> None:
    """A cache policy in use cannot be deleted, and its users can be listed."""
    created = _make_cache_policy(cloudfront)
    user = make(cloudfront, config(DefaultCacheBehavior=behavior(CachePolicyId=created["Id"])))
    with refused("CachePolicyInUse", 409):
        cloudfront.delete_cache_policy(Id=created["Id"], IfMatch=created["ETag"])
    users = cloudfront.list_distributions_by_cache_policy_id(CachePolicyId=created["Id"])[
        "DistributionIdList"
    ]
    assert users["Items"] == [user["Id"]]


def test_the_ttls_of_a_policy_do_not_decrease(cloudfront: Any) -> None:
    """MinTTL above DefaultTTL, or DefaultTTL above MaxTTL, is InvalidArgument."""
    with refused("InvalidArgument", 400, "TTL"):
        _make_cache_policy(cloudfront, MinTTL=10, DefaultTTL=5)
    with refused("InvalidArgument", 400, "TTL"):
        _make_cache_policy(cloudfront, DefaultTTL=10, MaxTTL=5)


def test_a_high_minimum_lifts_the_default_ttls(cloudfront: Any) -> None:
    """Default TTLs are never below MinTTL."""
    created = _make_cache_policy(cloudfront, MinTTL=40000000)["CachePolicyConfig"]
    assert (created["DefaultTTL"], created["MaxTTL"]) == (40000000, 40000000)


def test_a_custom_response_headers_policy(cloudfront: Any) -> None:
    """CORS reads back as sent, a second one with the same name is refused, and an unused one can be deleted."""
    cors: Json = {
        "AccessControlAllowOrigins": {"Quantity": 1, "Items": ["https://www.example.com"]},
        "AccessControlAllowHeaders": {"Quantity": 1, "Items": ["*"]},
        "AccessControlAllowMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
        "AccessControlAllowCredentials": True,
        "OriginOverride": True,
    }
    sent = {"Name": "cfstream-lectures", "Comment": "ours", "CorsConfig": cors}
    created = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=sent)
    policy = created["ResponseHeadersPolicy"]
    assert policy["ResponseHeadersPolicyConfig"] == sent
    with refused("ResponseHeadersPolicyAlreadyExists", 409):
        cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=sent)
    user = make(cloudfront, config(DefaultCacheBehavior=behavior(ResponseHeadersPolicyId=policy["Id"])))
    with refused("ResponseHeadersPolicyInUse", 409):
        cloudfront.delete_response_headers_policy(Id=policy["Id"], IfMatch=created["ETag"])
    users = cloudfront.list_distributions_by_response_headers_policy_id(ResponseHeadersPolicyId=policy["Id"])
    assert users["DistributionIdList"]["Items"] == [user["Id"]]


def test_policies_count_against_a_limit(cloudfront: Any, sandbox: Sandbox) -> None:
    """One more custom cache policy than the quota is TooManyCachePolicies; managed ones do not count."""
    sandbox.cloudfront.settings.quotas["policies"] = 1
    _make_cache_policy(cloudfront)
    with refused("TooManyCachePolicies", 400):
        _make_cache_policy(cloudfront, "second")
