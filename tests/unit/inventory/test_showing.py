"""What is shown of a distribution if something cannot be read, and which statements count as its grants."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.inventory.details import Details, DistributionDetails, NamedId, OriginDetails
from cfstream.inventory.entries import list_all
from cfstream.inventory.grants import grants_of
from cfstream.inventory.lookup import by_id, is_id
from cfstream.inventory.showing import details_of
from cfstream.render.inventory import show_text
from cfstream.spec.model import Spec
from cfstream.stack.owned import owner_by_mark
from tests.unit.kinds.live import live
from tests.world.distributions import completed

ARN = "arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79"
OWN_DISTRIBUTIONS = "arn:aws:cloudfront::123456789012:distribution/*"
OAI = OriginDetails("s3", "media.s3.amazonaws.com", access="oai", canonical_user="4b9f")
OAC = OriginDetails("s3", "media.s3.eu-west-1.amazonaws.com", access="oac")
OAI_ARN = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E74FTE3AJFJ256"
GROUP = {"Enabled": True, "Quantity": 1, "Items": ["g1"]}


def denied(operation: str) -> NotAuthorized:
    """Return the refusal of a missing permission."""
    return NotAuthorized(operation, "AccessDenied", "no")


def distribution(**changes: Any) -> dict[str, Any]:
    """Return a reply to GetDistribution with an OAC and a key group."""
    behavior = {"TargetOriginId": "s3", "TrustedKeyGroups": GROUP}
    origin = {"Id": "s3", "DomainName": OAC.domain_name, "OriginAccessControlId": "E3OAC"}
    config = {
        "CallerReference": "one",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior,
        **changes,
    }
    document = {"Id": "E1UGDLB9XZBD79", "ARN": ARN, "Status": "Deployed", "DomainName": "d1.cloudfront.net"}
    return {"ETag": "E2", "Distribution": {**document, "DistributionConfig": completed(config)}}


def account(**replies: Any) -> Any:
    """Return an account with only that distribution. `replies` are the other replies."""
    nothing = Missing("Get", "NoSuchDistribution", "no")
    return live(
        **{
            "get_distribution": distribution(),
            "get_streaming_distribution": nothing,
            "get_cloud_front_origin_access_identity": nothing,
            "get_origin_access_control": denied("GetOriginAccessControl"),
            "get_bucket_policy": denied("GetBucketPolicy"),
            "list_key_groups": denied("ListKeyGroups"),
            "list_public_keys": [],
            **replies,
        }
    )


def test_unreadable_resources_get_a_note() -> None:
    """Without permission for names and grants, everything else is shown, and a note lists what is missing."""
    aws = account()
    shown = details_of(aws, by_id(aws, "E1UGDLB9XZBD79"))
    assert isinstance(shown, DistributionDetails)
    assert shown.behaviors[0].key_groups[0].id == "g1"
    assert shown.origins[0].access == "oac"
    notes = " ".join(shown.notes)
    for operation in ("ListKeyGroups", "GetOriginAccessControl", "GetBucketPolicy"):
        assert f"{operation} was refused" in notes


def test_live_settings_that_the_spec_does_not_have_are_listed() -> None:
    """Usual values are left out. So are fields that the spec has, whatever their values are."""
    config = {
        "Comment": "by hand",
        "PriceClass": "PriceClass_100",
        "DefaultRootObject": "a.html",
        "IsIPV6Enabled": True,
    }
    aws = account(get_distribution=distribution(**config), get_bucket_policy=Missing("G", "N", ""))
    bare = {"version": 1, "name": "lectures", "bucket": "media", "trusted_signers": ["self"]}
    found = by_id(aws, "E1UGDLB9XZBD79")
    assert unmanaged_of(details_of(aws, found)) is None
    everything = {"comment": "by hand", "price_class": "PriceClass_100", "http.default_root_object": "a.html"}
    shown = details_of(aws, found, Spec.model_validate(bare))
    assert unmanaged_of(shown) == everything
    assert "Not managed (not in the spec" in show_text(shown, color=False, width=80)
    some = Spec.model_validate({**bare, "comment": "", "http": {"default_root_object": "b.html"}})
    assert unmanaged_of(details_of(aws, found, some)) == {"price_class": "PriceClass_100"}


def unmanaged_of(details: Details) -> dict[str, Any] | None:
    """Return the unmanaged settings of a distribution."""
    assert isinstance(details, DistributionDetails)
    return details.unmanaged


def test_a_denial_is_not_taken_for_an_absence() -> None:
    """If reading a distribution is denied, the error does not say that it does not exist."""
    aws = account(get_distribution=denied("GetDistribution"))
    with pytest.raises(NotAuthorized):
        by_id(aws, "E1UGDLB9XZBD79")


def test_names_are_not_asked_for_without_need() -> None:
    """Without key groups, they are not listed."""
    signers = {"TargetOriginId": "s3", "TrustedSigners": {"Enabled": True, "Quantity": 1, "Items": ["self"]}}
    aws = account(
        get_distribution=distribution(DefaultCacheBehavior=signers), get_bucket_policy=Missing("G", "N", "")
    )
    shown = details_of(aws, by_id(aws, "E1UGDLB9XZBD79"))
    assert isinstance(shown, DistributionDetails)
    assert not any("ListKeyGroups" in note for note in shown.notes)


def policy(**statement: Any) -> Any:
    """Return an account whose bucket has one statement in its policy."""
    whole = {
        "Sid": "s",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
        **statement,
    }
    return live(get_bucket_policy={"Policy": json.dumps({"Statement": [whole]})}, list_objects_v2={})


SERVICE = {"Service": "cloudfront.amazonaws.com"}


@pytest.mark.parametrize(
    ("origin", "statement", "to"),
    [
        (
            OAC,
            {"Principal": SERVICE, "Condition": {"StringEquals": {"AWS:SourceArn": ARN}}},
            "CloudFront for this",
        ),
        (
            OAC,
            {"Principal": SERVICE, "Condition": {"ArnLike": {"aws:SourceArn": OWN_DISTRIBUTIONS}}},
            "CloudFront for this",
        ),
        (OAC, {"Principal": SERVICE, "Condition": {"StringEquals": {"AWS:SourceArn": ARN + "X"}}}, None),
        (OAC, {"Principal": SERVICE}, "CloudFront for any"),
        (OAC, {"Principal": "*"}, "anyone"),
        (OAC, {"Principal": {"AWS": OAI_ARN}}, None),
        (OAC, {"Principal": SERVICE, "Effect": "Deny"}, None),
        (OAC, {"Principal": SERVICE, "Action": "s3:PutObject"}, None),
        (OAI, {"Principal": {"AWS": OAI_ARN}}, "OAI E74FTE3AJFJ256"),
        (OAI, {"Principal": {"CanonicalUser": "4b9f"}}, "OAI E74FTE3AJFJ256"),
        (OAI, {"Principal": {"AWS": OAI_ARN[:-1]}}, None),
        (OAI, {"Principal": SERVICE}, None),
    ],
)
def test_grants_in_a_policy(origin: OriginDetails, statement: dict[str, Any], to: str | None) -> None:
    """A statement is a grant if it allows this distribution to read with its access."""
    if origin.access == "oai":
        origin = replace(origin, identity=NamedId("E74FTE3AJFJ256"))
    grants, notes = grants_of(policy(**statement), ARN, "lectures", [origin], marked=False)
    assert notes == ()
    assert [grant.to.startswith(to or "-") for grant in grants] == ([True] if to else [])


def test_only_our_statements_are_ours() -> None:
    """A statement is the stack's if its Sid is exactly cfstream's."""
    for sid, ours in (
        ("cfstream-lectures-oac", True),
        ("cfstream-lectures-oac2", False),
        ("cfstream-x-oac", False),
    ):
        grants, _ = grants_of(policy(Principal=SERVICE, Sid=sid), ARN, "lectures", [OAC], marked=False)
        assert [grant.ours for grant in grants] == [ours]


def test_an_origin_that_is_not_a_bucket_has_no_grants() -> None:
    """Nothing is read for a custom origin."""
    assert grants_of(live(), ARN, None, [OriginDetails("web", "www.example.com")], marked=False) == ((), ())


def test_marks_name_their_spec() -> None:
    """A comment has the mark only if its first word is the whole mark."""
    assert owner_by_mark("cfstream:lectures Private") == "lectures"
    assert owner_by_mark("cfstream:lectures") == "lectures"
    assert owner_by_mark("cfstream:") is None
    assert owner_by_mark("see cfstream:lectures") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E1UGDLB9XZBD79", True),
        ("EABC", True),
        ("E", False),
        ("e1ugdlb9xzbd79", False),
        ("EXAMPLE.yaml", False),
        ("lectures", False),
    ],
)
def test_ids_have_a_form(text: str, *, expected: bool) -> None:
    """An id is a capital E with capitals and digits, even if it was cut."""
    assert is_id(text) is expected


def test_a_distribution_deleted_meanwhile_has_no_owner() -> None:
    """It may be deleted between the list and its tags. Other refusals are reported."""
    row = {
        "Id": "E1",
        "ARN": ARN,
        "DomainName": "d1.cloudfront.net",
        "Status": "Deployed",
        "Enabled": True,
        "Origins": {"Quantity": 0},
        "DefaultCacheBehavior": {"TargetOriginId": "s3"},
    }
    gone: Refused = Missing("ListTagsForResource", "NoSuchResource", "no")
    (entry,) = list_all(live(list_distributions=[row], list_tags_for_resource=gone))
    assert entry.owner is None
    with pytest.raises(NotAuthorized):
        list_all(live(list_distributions=[row], list_tags_for_resource=denied("ListTagsForResource")))
