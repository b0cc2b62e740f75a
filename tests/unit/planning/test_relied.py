"""What a plan relies on besides its own resources: other distributions, their OACs, and multi-Region access points."""

import json
from typing import Any

import pytest

from cfstream.values import Json
from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import BUCKET, by_oac, denied, missing, signed, statement
from tests.unit.planning.planned import CONTROL, OAC, account, planned

ALIAS = "m1abcdefghijk.mrap"


def policy_of(account_number: str = "", **principal: str) -> Json:
    """Return the policy of an access point that allows an account, or another principal, to read."""
    statement = {
        "Effect": "Allow",
        "Principal": principal or {"AWS": account_number},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3::123456789012:accesspoint/{ALIAS}/object/*",
    }
    return {
        "Policy": {"Established": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}}
    }


def multi_region(policy: Json) -> dict[str, Any]:
    """Return replies of an account whose multi-Region access point contains the bucket."""
    row = {"Name": "everywhere", "Alias": ALIAS, "Regions": [{"Bucket": BUCKET}], "PublicAccessBlock": {}}
    return {
        "list_multi_region_access_points": {"AccessPoints": [row]},
        "get_multi_region_access_point_policy": policy,
    }


def by_alias() -> Json:
    """Return a distribution that reads through the alias of the multi-Region access point."""
    other = distribution("E5OTHER", oac="E4OAC", groups=("G1",))
    (origin,) = other["Origins"]["Items"]
    origin["DomainName"] = f"{ALIAS}.accesspoint.s3-global.amazonaws.com"
    return other


def control(signing: str) -> Json:
    """Return the OAC of the other distribution."""
    return {**CONTROL, "Id": "E4OAC", "Name": "theirs", "Description": "", "SigningBehavior": signing}


def relied(other: Json, signing: str = "always", policy: Json | None = None) -> dict[str, str]:
    """Return the digests of what the plan relies on, by address."""
    replies: dict[str, Any] = multi_region(policy or policy_of("123456789012"))
    replies["list_origin_access_controls"] = [CONTROL, control(signing)]
    aws = account(signed(oac="E3OAC"), [other], **replies)
    return {str(each.address): each.sha256 for each in planned(OAC, aws).relied_on}


DENIED = denied("s3:GetMultiRegionAccessPointPolicy")
IN_POINTS = {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}}
DELEGATED = {
    "Version": "2012-10-17",
    "Statement": [by_oac(), statement("Points", "*", Condition=IN_POINTS)],
}


def moved(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """Return the addresses that differ."""
    return {each for each in {*one, *other} if one.get(each) != other.get(each)}


def test_policy_of_a_multi_region_access_point() -> None:
    """It decides who can read, like the bucket's policy."""
    one, other = (relied(by_alias(), policy=policy_of(each)) for each in ("123456789012", "111122223333"))
    assert moved(one, other) == {"bucket:lectures/everywhere"}
    assert moved(one, relied(by_alias())) == set()


@pytest.mark.parametrize(
    ("replies", "certain"),
    [
        ({}, {True}),
        ({"get_multi_region_access_point_policy": missing("NoSuchAccessPointPolicy")}, set()),
        ({"get_multi_region_access_point_policy": DENIED}, {False}),
        ({"list_multi_region_access_points": DENIED}, set()),
    ],
    ids=["read", "without a policy", "policy denied", "list denied"],
)
def test_a_multi_region_access_point_that_may_not_be_read(
    replies: dict[str, Any], certain: set[bool]
) -> None:
    """Without its policy, others may read by it. If it cannot be listed, it counts as absent, with a notice."""
    found = {**multi_region(policy_of(Service="cloudfront.amazonaws.com")), "policy": DELEGATED, **replies}
    found["list_origin_access_controls"] = [CONTROL, control("always")]
    plan = planned(OAC, account(signed(oac="E3OAC"), [by_alias()], **found))
    by_point = [each for each in plan.exposure.access if each.before and "E5OTHER" in each.by]
    assert {each.certain for each in by_point} == certain
    listed = [each.text for each in plan.notices if "multi-Region" in each.text]
    assert bool(listed) is ("list_multi_region_access_points" in replies)


@pytest.mark.parametrize("other", [by_alias(), distribution("E5OTHER", oac="E4OAC")], ids=["alias", "bucket"])
def test_an_oac_of_another_distribution_that_does_not_sign(other: Json) -> None:
    """S3 then gets unsigned requests."""
    assert moved(relied(other), relied(other, signing="never")) == {"distribution:lectures/E5OTHER"}
