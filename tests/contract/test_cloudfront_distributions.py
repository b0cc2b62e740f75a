"""What CreateDistribution and UpdateDistribution accept, fill in and refuse. Signers and aliases are in other files."""

from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    DOMAIN,
    NONE,
    behavior,
    config,
    legacy_behavior,
    listing,
    make,
    make_control,
    origin,
    refused,
    update,
)
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def test_omitted_members_get_defaults(cloudfront: Any) -> None:
    """A config of required members alone reads back with all of AWS's defaults."""
    created = make(cloudfront)
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    logging = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
    certificate = {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    }
    expected = {
        "Aliases": NONE,
        "CacheBehaviors": NONE,
        "CustomErrorResponses": NONE,
        "OriginGroups": NONE,
        "DefaultRootObject": "",
        "WebACLId": "",
        "PriceClass": "PriceClass_All",
        "HttpVersion": "http2",
        "Staging": False,
        "Logging": logging,
        "ViewerCertificate": certificate,
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    }
    assert {member: live[member] for member in expected} == expected


def test_an_origin_gets_defaults(cloudfront: Any) -> None:
    """An S3 origin reads back with its path, headers, attempts, shield, and OriginReadTimeout."""
    (live,) = make(cloudfront)["DistributionConfig"]["Origins"]["Items"]
    assert live == {
        "Id": "s3",
        "DomainName": DOMAIN,
        "OriginPath": "",
        "CustomHeaders": NONE,
        "S3OriginConfig": {"OriginAccessIdentity": "", "OriginReadTimeout": 30},
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
        "OriginAccessControlId": "",
    }


def test_a_behavior_gets_defaults(cloudfront: Any) -> None:
    """A behavior reads back without signers, with GET and HEAD, and without functions."""
    live = make(cloudfront)["DistributionConfig"]["DefaultCacheBehavior"]
    assert live["TrustedSigners"] == live["TrustedKeyGroups"] == {"Enabled": False, "Quantity": 0}
    assert live["LambdaFunctionAssociations"] == live["FunctionAssociations"] == NONE
    assert (live["Compress"], live["SmoothStreaming"], live["FieldLevelEncryptionId"]) == (False, False, "")
    assert set(live["AllowedMethods"]["Items"]) == {"GET", "HEAD"}
    assert set(live["AllowedMethods"]["CachedMethods"]["Items"]) == {"GET", "HEAD"}


def test_forwarded_values_get_their_ttls(cloudfront: Any) -> None:
    """Without a cache policy, DefaultTTL is a day and MaxTTL a year; with one, there are no TTLs."""
    live = make(cloudfront, config(DefaultCacheBehavior=legacy_behavior()))["DistributionConfig"][
        "DefaultCacheBehavior"
    ]
    assert (live["MinTTL"], live["DefaultTTL"], live["MaxTTL"]) == (0, 86400, 31536000)
    assert live["ForwardedValues"]["Headers"] == live["ForwardedValues"]["QueryStringCacheKeys"] == NONE
    with_policy = make(cloudfront, config("two"))["DistributionConfig"]["DefaultCacheBehavior"]
    assert not with_policy.keys() & {"MinTTL", "DefaultTTL", "MaxTTL", "ForwardedValues"}


def test_disabled_logging_forgets_its_fields(cloudfront: Any) -> None:
    """With Enabled false, bucket, prefix and cookies read back empty."""
    sent = {"Enabled": False, "IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "cf/"}
    live = make(cloudfront, config(Logging=sent))["DistributionConfig"]["Logging"]
    assert live == {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}


def test_unordered_lists_come_in_any_order(cloudfront: Any) -> None:
    """AllowedMethods read back as the same set, sometimes in another order than sent."""
    methods = listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    created = make(cloudfront, config(DefaultCacheBehavior=behavior(AllowedMethods=methods)))
    orders = set()
    for _ in range(5):
        live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
        orders.add(tuple(live["DefaultCacheBehavior"]["AllowedMethods"]["Items"]))
    assert {frozenset(order) for order in orders} == {frozenset(methods["Items"])}
    assert orders != {tuple(methods["Items"])}


def test_behaviors_keep_their_order(cloudfront: Any) -> None:
    """CacheBehaviors are ordered: the first match wins."""
    paths = [f"/{letter}/*" for letter in "dcbafe"]
    behaviors = listing(*(behavior(PathPattern=path) for path in paths))
    created = make(cloudfront, config(CacheBehaviors=behaviors))
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    assert [item["PathPattern"] for item in live["CacheBehaviors"]["Items"]] == paths


def test_error_responses_come_by_their_code(cloudfront: Any) -> None:
    """CustomErrorResponses read back sorted by ErrorCode."""
    created = make(cloudfront, config(CustomErrorResponses=listing({"ErrorCode": 504}, {"ErrorCode": 403})))
    live = created["DistributionConfig"]["CustomErrorResponses"]["Items"]
    assert [item["ErrorCode"] for item in live] == [403, 504]


def test_a_spent_caller_reference_names_its_distribution(cloudfront: Any) -> None:
    """A used caller reference is refused, even with the same config. The message ends with the id."""
    created = make(cloudfront)
    with refused("DistributionAlreadyExists", 409, f"Already exists: {created['Id']}"):
        make(cloudfront)
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 1


@pytest.mark.parametrize("burnt", [False, True])
def test_the_reference_of_a_deleted_distribution(cloudfront: Any, sandbox: Sandbox, burnt: bool) -> None:
    """Whether it can be used again is not documented; a setting decides."""
    sandbox.cloudfront.settings.burnt_references = burnt
    created = make(cloudfront, config(Enabled=False))
    cloudfront.delete_distribution(Id=created["Id"], IfMatch=created["ETag"])
    if burnt:
        with refused("DistributionAlreadyExists", 409, created["Id"]):
            make(cloudfront)
    else:
        assert make(cloudfront)["Id"] != created["Id"]


def test_the_caller_reference_cannot_change(strict_cloudfront: Any) -> None:
    """An update with another caller reference is refused with 400 IllegalUpdate."""
    created = make(strict_cloudfront)
    with refused("IllegalUpdate", 400, "CallerReference"):
        update(strict_cloudfront, created["Id"], CallerReference="another")


def test_quantities_must_count(strict_cloudfront: Any) -> None:
    """A Quantity that differs from the number of Items is 400 InconsistentQuantities."""
    with refused("InconsistentQuantities", 400):
        make(strict_cloudfront, config(Origins={"Quantity": 2, "Items": [origin()]}))


def test_origins_read_back_their_access_control(strict_cloudfront: Any) -> None:
    """Reads show the origin's access control and an empty identity."""
    control = make_control(strict_cloudfront)["Id"]
    created = make(strict_cloudfront, config(Origins=listing(origin(OriginAccessControlId=control))))
    live = strict_cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    (found,) = live["Origins"]["Items"]
    assert found["OriginAccessControlId"] == control
    assert found["S3OriginConfig"]["OriginAccessIdentity"] == ""


def test_a_config_that_was_read_can_be_sent_back(cloudfront: Any) -> None:
    """A config as read is accepted by update, and reads back with the same content."""
    created = make(cloudfront, config(DefaultCacheBehavior=legacy_behavior()))
    before = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    after = update(cloudfront, created["Id"])["Distribution"]["DistributionConfig"]
    assert after["Origins"] == before["Origins"]
    assert after.keys() == before.keys()


def test_an_unknown_distribution_is_404(cloudfront: Any) -> None:
    """Get, GetConfig and tags of an unknown distribution are 404."""
    with refused("NoSuchDistribution", 404):
        cloudfront.get_distribution(Id="E00000000000NO")
    with refused("NoSuchDistribution", 404):
        cloudfront.get_distribution_config(Id="E00000000000NO")


def test_rows_lack_what_only_a_get_shows(cloudfront: Any) -> None:
    """A DistributionSummary has no caller reference, logging, root object or active signers."""
    make(cloudfront)
    (row,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert not row.keys() & {"CallerReference", "Logging", "DefaultRootObject", "ActiveTrustedSigners"}
    assert row["Origins"]["Items"][0]["DomainName"] == DOMAIN
