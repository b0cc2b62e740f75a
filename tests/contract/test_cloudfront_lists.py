"""Lists in pages, and the quotas of each kind."""

from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    Json,
    behavior,
    config,
    listing,
    make,
    make_control,
    make_group,
    make_identity,
    make_key,
    make_streaming,
    origin,
    refused,
    signers,
    streaming_config,
)
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def test_a_list_comes_in_pages(cloudfront: Any) -> None:
    """NextMarker is the id of the page's last row.

    The pages have each distribution once, and the last page has no marker.
    """
    created = {make(cloudfront, config(f"reference-{number}"))["Id"] for number in range(5)}
    seen: list[str] = []
    marker: Json = {}
    while True:
        page = cloudfront.list_distributions(MaxItems="2", **marker)["DistributionList"]
        ids = [row["Id"] for row in page["Items"]]
        seen += ids
        assert page["MaxItems"] == 2
        if not page["IsTruncated"]:
            assert "NextMarker" not in page
            break
        assert page["NextMarker"] == ids[-1]
        marker = {"Marker": page["NextMarker"]}
    assert len(seen) == 5
    assert set(seen) == created


def test_an_empty_list_has_no_items(cloudfront: Any) -> None:
    """An empty list has no Items."""
    page = cloudfront.list_distributions()["DistributionList"]
    assert page == {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}


@pytest.mark.parametrize("asked", ["0", "-1", "many"])
def test_a_page_has_at_least_one_row(cloudfront: Any, asked: str) -> None:
    """MaxItems that is not a positive number is InvalidArgument."""
    with refused("InvalidArgument", 400, "MaxItems"):
        cloudfront.list_distributions(MaxItems=asked)


def test_a_page_is_no_larger_than_the_service_says(cloudfront: Any, sandbox: Sandbox) -> None:
    """A larger MaxItems than the service's is ignored, and the rest is on the next page."""
    sandbox.cloudfront.settings.page_size = 2
    for number in range(3):
        make_identity(cloudfront, f"reference-{number}")
    listed = cloudfront.list_cloud_front_origin_access_identities(MaxItems="1000")
    page = listed["CloudFrontOriginAccessIdentityList"]
    assert (page["Quantity"], page["MaxItems"], page["IsTruncated"]) == (2, 2, True)


def test_some_lists_have_only_a_marker(cloudfront: Any, sandbox: Sandbox) -> None:
    """Lists of keys, groups and policies have no IsTruncated. NextMarker exists if there is more."""
    sandbox.cloudfront.settings.page_size = 1
    keys = {make_key(cloudfront, name) for name in ("one", "two")}
    first = cloudfront.list_public_keys()["PublicKeyList"]
    second = cloudfront.list_public_keys(Marker=first["NextMarker"])["PublicKeyList"]
    assert not first.keys() & {"IsTruncated", "Marker"}
    assert "NextMarker" not in second
    assert {row["Id"] for page in (first, second) for row in page["Items"]} == keys


def test_boto3s_paginators_reach_everything(cloudfront: Any, sandbox: Sandbox) -> None:
    """boto3's paginators work on these lists."""
    sandbox.cloudfront.settings.page_size = 2
    for number in range(5):
        make_control(cloudfront, f"control-{number}")
        make_streaming(cloudfront, streaming_config(f"reference-{number}"))
    pages = cloudfront.get_paginator("list_origin_access_controls").paginate()
    names = [row["Name"] for page in pages for row in page["OriginAccessControlList"]["Items"]]
    assert sorted(names) == [f"control-{number}" for number in range(5)]
    pages = cloudfront.get_paginator("list_streaming_distributions").paginate()
    assert len([row for page in pages for row in page["StreamingDistributionList"]["Items"]]) == 5


COUNTED: dict[str, tuple[str, Any]] = {
    "distributions": ("TooManyDistributions", lambda cf, n: make(cf, config(n))),
    "streaming_distributions": (
        "TooManyStreamingDistributions",
        lambda cf, n: make_streaming(cf, streaming_config(n)),
    ),
    "origin_access_identities": ("TooManyCloudFrontOriginAccessIdentities", make_identity),
    "origin_access_controls": ("TooManyOriginAccessControls", make_control),
    "public_keys": ("TooManyPublicKeys", make_key),
}


@pytest.mark.parametrize("quota", COUNTED)
def test_one_more_than_the_quota_is_refused(cloudfront: Any, sandbox: Sandbox, quota: str) -> None:
    """Quotas are 400 with a code that starts with TooMany, never 409 or 429."""
    code, make_one = COUNTED[quota]
    sandbox.cloudfront.settings.quotas[quota] = 1
    make_one(cloudfront, "one")
    with refused(code, 400):
        make_one(cloudfront, "two")


def test_key_groups_have_two_limits(cloudfront: Any, sandbox: Sandbox) -> None:
    """TooManyPublicKeysInKeyGroup beyond five keys, TooManyKeyGroups beyond the account's quota."""
    keys = [make_key(cloudfront, f"key-{number}") for number in range(6)]
    with refused("TooManyPublicKeysInKeyGroup", 400):
        make_group(cloudfront, "signers", *keys)
    sandbox.cloudfront.settings.quotas["key_groups"] = 1
    make_group(cloudfront, "signers", *keys[:5])
    with refused("TooManyKeyGroups", 400):
        make_group(cloudfront, "others", keys[0])


LIMITS: dict[str, tuple[str, Json]] = {
    "aliases": ("TooManyDistributionCNAMEs", {"Aliases": listing("a.example.com", "b.example.com")}),
    "cache_behaviors": (
        "TooManyCacheBehaviors",
        {"CacheBehaviors": listing(behavior(PathPattern="/a/*"), behavior(PathPattern="/b/*"))},
    ),
    "origins": ("TooManyOrigins", {"Origins": listing(origin(), origin(Id="second"))}),
}


@pytest.mark.parametrize("quota", LIMITS)
def test_a_distribution_has_quotas(cloudfront: Any, sandbox: Sandbox, quota: str) -> None:
    """Aliases, behaviors and origins have their own quotas."""
    code, changes = LIMITS[quota]
    sandbox.cloudfront.settings.quotas[quota] = 1
    with refused(code, 400):
        make(cloudfront, config(**changes))


def test_shared_resources_have_quotas(cloudfront: Any, sandbox: Sandbox) -> None:
    """A key group or a control has a maximum number of distributions. An update does not count twice."""
    sandbox.cloudfront.settings.quotas |= {
        "distributions_per_key_group": 1,
        "distributions_per_origin_access_control": 1,
    }
    group = make_group(cloudfront, "signers", make_key(cloudfront))
    control = make_control(cloudfront)["Id"]
    guarded = config(DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group)))
    read = config("two", Origins=listing(origin(OriginAccessControlId=control)))
    make(cloudfront, guarded)
    make(cloudfront, read)
    with refused("TooManyDistributionsAssociatedToKeyGroup", 400):
        make(cloudfront, {**guarded, "CallerReference": "three"})
    with refused("TooManyDistributionsAssociatedToOriginAccessControl", 400):
        make(cloudfront, {**read, "CallerReference": "four"})
