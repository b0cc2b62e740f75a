"""Origin access identities and controls: creating, changing, finding and deleting them."""

import re
from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    NOBODY,
    config,
    control_config,
    listing,
    make,
    make_control,
    make_identity,
    make_streaming,
    origin,
    refused,
    streaming_config,
    update,
)
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _identities(cloudfront: Any) -> Any:
    return cloudfront.list_cloud_front_origin_access_identities()["CloudFrontOriginAccessIdentityList"]


def test_creating_an_identity_again_finds_it(strict_cloudfront: Any) -> None:
    """The same caller reference and comment return the existing identity."""
    first = make_identity(strict_cloudfront, "one", "lectures")
    assert make_identity(strict_cloudfront, "one", "lectures") == first
    assert _identities(strict_cloudfront)["Quantity"] == 1


def test_creating_an_identity_with_another_comment_is_refused(cloudfront: Any) -> None:
    """The same caller reference with another comment is AlreadyExists, and the message has no id."""
    created = make_identity(cloudfront, "one", "lectures")
    with refused("CloudFrontOriginAccessIdentityAlreadyExists", 409, "another identity."):
        make_identity(cloudfront, "one", "seminars")
    assert _identities(cloudfront)["Items"][0]["Id"] == created["Id"]


def test_a_changed_comment_makes_the_create_fail(cloudfront: Any) -> None:
    """The current comment counts: after a change, the old create is refused."""
    created = make_identity(cloudfront, "one", "old")
    sent = {"CallerReference": "one", "Comment": "new"}
    cloudfront.update_cloud_front_origin_access_identity(
        Id=created["Id"], IfMatch=created["ETag"], CloudFrontOriginAccessIdentityConfig=sent
    )
    with refused("CloudFrontOriginAccessIdentityAlreadyExists", 409):
        make_identity(cloudfront, "one", "old")
    assert make_identity(cloudfront, "one", "new")["Id"] == created["Id"]


def test_comments_of_identities_are_not_unique(cloudfront: Any) -> None:
    """Two identities can have the same comment."""
    assert make_identity(cloudfront, "one", "same")["Id"] != make_identity(cloudfront, "two", "same")["Id"]


def test_a_comment_of_an_identity_has_128_characters(cloudfront: Any) -> None:
    """A longer one is InvalidArgument."""
    with refused("InvalidArgument", 400, "Comment"):
        make_identity(cloudfront, "one", "c" * 129)
    assert make_identity(cloudfront, "one", "c" * 128)["Id"]


def test_the_reference_of_an_identity_cannot_change(cloudfront: Any) -> None:
    """Only the comment can change: another caller reference is IllegalUpdate."""
    created = make_identity(cloudfront)
    with refused("IllegalUpdate", 400, "CallerReference"):
        cloudfront.update_cloud_front_origin_access_identity(
            Id=created["Id"],
            IfMatch=created["ETag"],
            CloudFrontOriginAccessIdentityConfig={"CallerReference": "two", "Comment": ""},
        )


def test_identities_have_the_form_of_aws(cloudfront: Any, sandbox: Sandbox) -> None:
    """The id is E and thirteen characters, the canonical user id is hexadecimal.

    Rows have neither reference nor ETag.
    """
    created = make_identity(cloudfront)
    assert re.fullmatch(r"E[A-Z0-9]{13}", created["Id"])
    assert re.fullmatch(r"[0-9a-f]{96}", created["S3CanonicalUserId"])
    (row,) = _identities(cloudfront)["Items"]
    assert row == {"Id": created["Id"], "S3CanonicalUserId": created["S3CanonicalUserId"], "Comment": ""}
    found = sandbox.cloudfront.identity_by_canonical_user(created["S3CanonicalUserId"])
    assert found in sandbox.cloudfront.origin_access_identities()


@pytest.mark.parametrize("kind", ["distribution", "streaming"])
def test_an_identity_in_use_stays(cloudfront: Any, kind: str) -> None:
    """An identity in use by a distribution of either kind cannot be deleted."""
    created = make_identity(cloudfront)
    name = f"origin-access-identity/cloudfront/{created['Id']}"
    if kind == "distribution":
        make(cloudfront, config(Origins=listing(origin(S3OriginConfig={"OriginAccessIdentity": name}))))
    else:
        media = {"DomainName": "media.s3.amazonaws.com", "OriginAccessIdentity": name}
        make_streaming(cloudfront, streaming_config(S3Origin=media))
    with refused("CloudFrontOriginAccessIdentityInUse", 409):
        cloudfront.delete_cloud_front_origin_access_identity(Id=created["Id"], IfMatch=created["ETag"])


def test_an_unused_identity_can_be_deleted(cloudfront: Any) -> None:
    """Once no distribution uses it, it can be deleted, and is then 404."""
    created = make_identity(cloudfront)
    named = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{created['Id']}"}
    user = make(cloudfront, config(Origins=listing(origin(S3OriginConfig=named))))
    live = cloudfront.get_distribution_config(Id=user["Id"])["DistributionConfig"]
    (there,) = live["Origins"]["Items"]
    there["S3OriginConfig"]["OriginAccessIdentity"] = ""
    update(cloudfront, user["Id"], Origins=live["Origins"])
    cloudfront.delete_cloud_front_origin_access_identity(Id=created["Id"], IfMatch=created["ETag"])
    with refused("NoSuchCloudFrontOriginAccessIdentity", 404):
        cloudfront.get_cloud_front_origin_access_identity(Id=created["Id"])


def test_names_of_controls_are_unique(strict_cloudfront: Any) -> None:
    """A second origin access control with the same name is OriginAccessControlAlreadyExists, 409."""
    make_control(strict_cloudfront, "lectures")
    with refused("OriginAccessControlAlreadyExists", 409):
        make_control(strict_cloudfront, "lectures")


def test_a_control_cannot_take_a_name_in_use(cloudfront: Any) -> None:
    """Renaming to another control's name is refused. Keeping its own is not."""
    make_control(cloudfront, "one")
    created = make_control(cloudfront, "two")
    with refused("OriginAccessControlAlreadyExists", 409):
        cloudfront.update_origin_access_control(
            Id=created["Id"], IfMatch=created["ETag"], OriginAccessControlConfig=control_config("one")
        )
    never = control_config("two", SigningBehavior="never")
    after = cloudfront.update_origin_access_control(
        Id=created["Id"], IfMatch=created["ETag"], OriginAccessControlConfig=never
    )
    assert after["OriginAccessControl"]["OriginAccessControlConfig"] == {**never, "Description": ""}


@pytest.mark.parametrize(
    "changes", [{"Name": "n" * 65}, {"SigningBehavior": "sometimes"}, {"SigningProtocol": "v2"}]
)
def test_controls_that_are_refused(cloudfront: Any, changes: dict[str, str]) -> None:
    """A name of more than 64 characters or an unknown value is InvalidArgument."""
    with refused("InvalidArgument", 400):
        cloudfront.create_origin_access_control(OriginAccessControlConfig=control_config(**changes))


def test_configs_come_with_the_etag_of_the_whole(cloudfront: Any) -> None:
    """Config reads of identities and controls have the sent config and the ETag of the full reads."""
    identity, control = make_identity(cloudfront, "one", "ours"), make_control(cloudfront)
    live = cloudfront.get_cloud_front_origin_access_identity_config(Id=identity["Id"])
    assert live["ETag"] == identity["ETag"]
    sent = {"CallerReference": "one", "Comment": "ours"}
    assert live["CloudFrontOriginAccessIdentityConfig"] == sent
    live = cloudfront.get_origin_access_control_config(Id=control["Id"])
    assert live["ETag"] == control["ETag"]
    assert live["OriginAccessControlConfig"] == control["OriginAccessControlConfig"]


def test_rows_of_controls_have_all_but_the_etag(cloudfront: Any) -> None:
    """A row has the whole config, with an empty description if none was sent."""
    created = make_control(cloudfront)
    (row,) = cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]
    assert row == {"Id": created["Id"], "Description": "", **control_config()}


def test_a_control_in_use_stays(cloudfront: Any) -> None:
    """An origin access control in use cannot be deleted. An unused one can."""
    used, unused = make_control(cloudfront, "used"), make_control(cloudfront, "unused")
    make(cloudfront, config(Origins=listing(origin(OriginAccessControlId=used["Id"]))))
    with refused("OriginAccessControlInUse", 409):
        cloudfront.delete_origin_access_control(Id=used["Id"], IfMatch=used["ETag"])
    cloudfront.delete_origin_access_control(Id=unused["Id"], IfMatch=unused["ETag"])
    with refused("NoSuchOriginAccessControl", 404):
        cloudfront.get_origin_access_control(Id=unused["Id"])


def test_from_identity_to_control_in_one_update(cloudfront: Any) -> None:
    """One update replaces the identity by a control. The signers stay."""
    identity, control = make_identity(cloudfront), make_control(cloudfront)
    named = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity['Id']}"}
    created = make(cloudfront, config(Origins=listing(origin(S3OriginConfig=named))))
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    (there,) = live["Origins"]["Items"]
    there["S3OriginConfig"]["OriginAccessIdentity"] = ""
    there["OriginAccessControlId"] = control["Id"]
    after = update(cloudfront, created["Id"], Origins=live["Origins"])["Distribution"]["DistributionConfig"]
    assert after["Origins"]["Items"] == [there]
    assert after["DefaultCacheBehavior"]["TrustedSigners"] == NOBODY
