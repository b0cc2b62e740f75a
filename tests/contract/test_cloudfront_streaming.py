"""Streaming distributions (RTMP), as AWS documented them before it retired them."""

import re
from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    NONE,
    listing,
    make,
    make_identity,
    make_streaming,
    refused,
    signers,
    streaming_config,
    update_streaming,
)
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket="other")


def test_a_new_streaming_distribution(strict_cloudfront: Any) -> None:
    """It has a host under cloudfront.net that starts with s, an ARN of its own type, and AWS's defaults."""
    created = make_streaming(strict_cloudfront)
    assert re.fullmatch(r"s[a-z0-9]{13}\.cloudfront\.net", created["DomainName"])
    assert created["ARN"] == f"arn:aws:cloudfront::123456789012:streaming-distribution/{created['Id']}"
    live = created["StreamingDistributionConfig"]
    assert live["Aliases"] == NONE
    assert live["PriceClass"] == "PriceClass_All"
    assert live["Logging"] == {"Enabled": False, "Bucket": "", "Prefix": ""}


def test_a_spent_reference_is_refused_without_an_id(cloudfront: Any) -> None:
    """A used caller reference is StreamingDistributionAlreadyExists. The message of the sandbox has no id."""
    created = make_streaming(cloudfront)
    with refused("StreamingDistributionAlreadyExists", 409, "another streaming distribution."):
        make_streaming(cloudfront)
    assert cloudfront.get_streaming_distribution_config(Id=created["Id"])["ETag"] == created["ETag"]


def test_references_of_the_two_kinds_are_independent(cloudfront: Any) -> None:
    """One caller reference can create a distribution and a streaming distribution."""
    assert make(cloudfront)["Id"] != make_streaming(cloudfront)["Id"]


def test_the_reference_cannot_change(cloudfront: Any) -> None:
    """An update with another caller reference is IllegalUpdate."""
    created = make_streaming(cloudfront)
    with refused("IllegalUpdate", 400):
        update_streaming(cloudfront, created["Id"], CallerReference="two")


def test_the_origin_cannot_change_but_its_identity_can(cloudfront: Any) -> None:
    """Another bucket is IllegalUpdate; another identity for the same bucket is an update."""
    created = make_streaming(cloudfront)
    media = created["StreamingDistributionConfig"]["S3Origin"]
    with refused("IllegalUpdate", 400):
        update_streaming(
            cloudfront, created["Id"], S3Origin={**media, "DomainName": "other.s3.amazonaws.com"}
        )
    name = f"origin-access-identity/cloudfront/{make_identity(cloudfront)['Id']}"
    after = update_streaming(cloudfront, created["Id"], S3Origin={**media, "OriginAccessIdentity": name})
    live = after["StreamingDistribution"]["StreamingDistributionConfig"]
    assert live["S3Origin"]["OriginAccessIdentity"] == name


def test_an_update_replaces_everything(cloudfront: Any) -> None:
    """A member that an update omits gets its default."""
    created = make_streaming(
        cloudfront, streaming_config(Aliases=listing("media.example.com"), PriceClass="PriceClass_100")
    )
    after = cloudfront.update_streaming_distribution(
        Id=created["Id"], IfMatch=created["ETag"], StreamingDistributionConfig=streaming_config()
    )
    live = after["StreamingDistribution"]["StreamingDistributionConfig"]
    assert (live["Aliases"], live["PriceClass"]) == (NONE, "PriceClass_All")


def test_disabled_logging_forgets_its_fields(cloudfront: Any, s3: Any) -> None:
    """Bucket and prefix read back empty after logging is disabled."""
    s3.create_bucket(Bucket="logs", ObjectOwnership="BucketOwnerPreferred")
    on = {"Enabled": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "cf/"}
    created = make_streaming(cloudfront, streaming_config(Logging=on))
    assert created["StreamingDistributionConfig"]["Logging"] == on
    after = update_streaming(cloudfront, created["Id"], Logging={**on, "Enabled": False})
    live = after["StreamingDistribution"]["StreamingDistributionConfig"]
    assert live["Logging"] == {"Enabled": False, "Bucket": "", "Prefix": ""}


def test_five_trusted_signers_at_most(cloudfront: Any) -> None:
    """A sixth is TooManyTrustedSigners. The owner's number reads back as `self`."""
    accounts = [f"{number}11122223333" for number in range(1, 6)]
    with refused("TooManyTrustedSigners", 400):
        make_streaming(cloudfront, streaming_config(TrustedSigners=signers("self", *accounts)))
    created = make_streaming(cloudfront, streaming_config(TrustedSigners=signers("123456789012")))
    assert created["StreamingDistributionConfig"]["TrustedSigners"]["Items"] == ["self"]


def test_the_identity_must_exist(cloudfront: Any) -> None:
    """An unknown identity is InvalidOriginAccessIdentity."""
    media = {
        "DomainName": "media.s3.amazonaws.com",
        "OriginAccessIdentity": "origin-access-identity/cloudfront/E00000000000NO",
    }
    with refused("InvalidOriginAccessIdentity", 400):
        make_streaming(cloudfront, streaming_config(S3Origin=media))


def test_rows_lack_what_only_a_get_shows(cloudfront: Any) -> None:
    """A StreamingDistributionSummary has no caller reference, logging, ETag or active signers."""
    created = make_streaming(cloudfront)
    (row,) = cloudfront.list_streaming_distributions()["StreamingDistributionList"]["Items"]
    assert (row["Id"], row["S3Origin"]) == (created["Id"], created["StreamingDistributionConfig"]["S3Origin"])
    assert not row.keys() & {"CallerReference", "Logging", "ETag", "ActiveTrustedSigners"}


def test_retired_rtmp(cloudfront: Any, sandbox: Sandbox) -> None:
    """With the setting, new streaming distributions are refused. Existing ones can be read and listed."""
    created = make_streaming(cloudfront)
    sandbox.cloudfront.settings.refuse_rtmp = True
    with refused("UnsupportedOperation", 400, "no longer supported"):
        make_streaming(cloudfront, streaming_config("two"))
    assert cloudfront.get_streaming_distribution(Id=created["Id"])["ETag"] == created["ETag"]


def test_tags_come_with_the_creating_call(cloudfront: Any) -> None:
    """CreateStreamingDistributionWithTags creates and tags in one call."""
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    both = {"StreamingDistributionConfig": streaming_config(), "Tags": tags}
    created = cloudfront.create_streaming_distribution_with_tags(StreamingDistributionConfigWithTags=both)
    arn = created["StreamingDistribution"]["ARN"]
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"] == tags


def test_an_unknown_streaming_distribution_is_404(cloudfront: Any) -> None:
    """The id of a distribution does not work here."""
    created = make(cloudfront)
    with refused("NoSuchStreamingDistribution", 404):
        cloudfront.get_streaming_distribution(Id=created["Id"])
