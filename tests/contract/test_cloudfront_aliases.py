"""Alternate domain names: each belongs to one distribution and needs a certificate; how they are moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    CERTIFICATE,
    NONE,
    Json,
    config,
    listing,
    make,
    make_streaming,
    refused,
    streaming_config,
    update,
    update_streaming,
    with_certificate,
)
from tests.world.sandbox import Sandbox

NAME = "media.example.com"


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


class Certificates:
    """ACM as CloudFront uses it: descriptions by ARN."""

    def __init__(self) -> None:
        self.known: dict[str, Json] = {}

    def __call__(self, arn: str) -> Json | None:
        return self.known.get(arn)

    def issue(self, *names: str, **changes: Any) -> None:
        """Return the certificate of these tests, for these names."""
        later = datetime.now(UTC) + timedelta(days=90)
        self.known[CERTIFICATE] = {
            "DomainName": names[0],
            "SubjectAlternativeNames": list(names),
            "Status": "ISSUED",
            "NotAfter": later,
            **changes,
        }


@pytest.fixture
def certificates(sandbox: Sandbox) -> Certificates:
    """ACM, with a certificate for everything under example.com."""
    certificates = Certificates()
    certificates.issue("*.example.com")
    sandbox.cloudfront.certificate = certificates
    return certificates


def test_one_holder_for_each_alias(strict_cloudfront: Any, request: pytest.FixtureRequest) -> None:
    """An alias of another distribution is CNAMEAlreadyExists, 409."""
    request.getfixturevalue("certificates")
    make(strict_cloudfront, with_certificate(NAME))
    with refused("CNAMEAlreadyExists", 409, "already associated"):
        make(strict_cloudfront, with_certificate(NAME, reference="two"))


def test_one_holder_across_both_kinds(cloudfront: Any, certificates: Certificates) -> None:
    """A distribution and a streaming distribution cannot have the same alias, in either order."""
    streaming = make_streaming(cloudfront, streaming_config(Aliases=listing(NAME)))
    with refused("CNAMEAlreadyExists", 409):
        make(cloudfront, with_certificate(NAME))
    update_streaming(cloudfront, streaming["Id"], Aliases=NONE)
    make(cloudfront, with_certificate(NAME))
    with refused("CNAMEAlreadyExists", 409):
        update_streaming(cloudfront, streaming["Id"], Aliases=listing(NAME))


def test_aliases_are_compared_in_lower_case(cloudfront: Any, certificates: Certificates) -> None:
    """Case does not matter, and reads show lower case."""
    created = make(cloudfront, with_certificate("Media.Example.COM"))
    assert created["DistributionConfig"]["Aliases"]["Items"] == [NAME]
    with refused("CNAMEAlreadyExists", 409):
        make(cloudfront, with_certificate("MEDIA.example.com", reference="two"))


def test_an_alias_of_another_account_is_taken(
    cloudfront: Any, sandbox: Sandbox, certificates: Certificates
) -> None:
    """It is refused with the same message, although no list here shows it."""
    sandbox.cloudfront.settings.foreign_aliases = {NAME: "E1FOREIGN00000"}
    with refused("CNAMEAlreadyExists", 409):
        make(cloudfront, with_certificate(NAME))


def test_its_own_alias_is_not_a_conflict(cloudfront: Any, certificates: Certificates) -> None:
    """An update that keeps its aliases is accepted. A deletion frees them."""
    created = make(cloudfront, with_certificate(NAME))
    etag = update(cloudfront, created["Id"], Enabled=False)["ETag"]
    cloudfront.delete_distribution(Id=created["Id"], IfMatch=etag)
    assert make(cloudfront, with_certificate(NAME, reference="two"))["Id"] != created["Id"]


@pytest.mark.parametrize("name", ["example", "a b.example.com", "a.*.example.com", "https://a.example.com"])
def test_aliases_are_host_names(cloudfront: Any, certificates: Certificates, name: str) -> None:
    """A wildcard must be the first label, and the rest a host name.

    Otherwise: InvalidArgument, or no certificate covers it.
    """
    streaming = streaming_config(Aliases=listing(name))
    with refused("InvalidArgument", 400):
        make_streaming(cloudfront, streaming)


def test_aliases_need_a_certificate(cloudfront: Any) -> None:
    """Aliases with CloudFront's own certificate are InvalidViewerCertificate."""
    with refused("InvalidViewerCertificate", 400):
        make(cloudfront, config(Aliases=listing(NAME)))


def test_streaming_aliases_need_no_certificate(cloudfront: Any) -> None:
    """RTMP does not use TLS."""
    created = make_streaming(cloudfront, streaming_config(Aliases=listing(NAME)))
    assert created["StreamingDistributionConfig"]["Aliases"]["Items"] == [NAME]


@pytest.mark.parametrize(
    ("names", "changes"),
    [
        (["other.example.com"], {}),
        (["example.com"], {}),
        (["*.media.example.com"], {}),
        (["*.com"], {}),
        ([NAME], {"Status": "PENDING_VALIDATION"}),
        ([NAME], {"NotAfter": datetime(2020, 1, 1, tzinfo=UTC)}),
    ],
    ids=["another name", "the parent", "a wildcard below", "a wildcard too far up", "pending", "expired"],
)
def test_the_certificate_must_cover(
    cloudfront: Any, certificates: Certificates, names: list[str], changes: Json
) -> None:
    """A certificate that is not issued, has expired, or covers another name is InvalidViewerCertificate."""
    certificates.issue(*names, **changes)
    with refused("InvalidViewerCertificate", 400):
        make(cloudfront, with_certificate(NAME))


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_the_certificate_must_be_in_us_east_1(cloudfront: Any, region: str) -> None:
    """A certificate of any other region is InvalidViewerCertificate."""
    sent = with_certificate(NAME)
    sent["ViewerCertificate"]["ACMCertificateArn"] = CERTIFICATE.replace("us-east-1", region)
    with refused("InvalidViewerCertificate", 400, "us-east-1"):
        make(cloudfront, sent)


def test_there_is_one_certificate(cloudfront: Any, certificates: Certificates) -> None:
    """CloudFront's own certificate together with a custom one is InvalidViewerCertificate."""
    sent = with_certificate(NAME)
    sent["ViewerCertificate"]["CloudFrontDefaultCertificate"] = True
    with refused("InvalidViewerCertificate", 400, "one certificate"):
        make(cloudfront, sent)


def test_the_certificate_must_exist(cloudfront: Any, certificates: Certificates) -> None:
    """A certificate that ACM does not know is InvalidViewerCertificate."""
    certificates.known.clear()
    with refused("InvalidViewerCertificate", 400):
        make(cloudfront, with_certificate(NAME))


@pytest.mark.parametrize("member", ["SSLSupportMethod", "MinimumProtocolVersion"])
def test_a_certificate_needs_its_settings(cloudfront: Any, certificates: Certificates, member: str) -> None:
    """A custom certificate needs SSLSupportMethod and MinimumProtocolVersion."""
    sent = with_certificate(NAME)
    del sent["ViewerCertificate"][member]
    with refused("InvalidViewerCertificate", 400, member):
        make(cloudfront, sent)


def test_a_certificate_reads_back_in_deprecated_fields(cloudfront: Any, certificates: Certificates) -> None:
    """Reads also show the ARN in the deprecated fields, and such a document can be sent back."""
    created = make(cloudfront, with_certificate(NAME))
    live = created["DistributionConfig"]["ViewerCertificate"]
    assert (live["Certificate"], live["CertificateSource"]) == (CERTIFICATE, "acm")
    assert live["CloudFrontDefaultCertificate"] is False
    again = update(cloudfront, created["Id"])["Distribution"]["DistributionConfig"]
    assert again["ViewerCertificate"] == live


def test_conflicting_aliases_are_masked(cloudfront: Any, certificates: Certificates) -> None:
    """ListConflictingAliases shows who has a name or a wildcard over it. Only the end of each id is readable."""
    asking = make(cloudfront, with_certificate("asking.example.com"))
    holder = make(cloudfront, with_certificate("*.example.com", reference="two"))
    found = cloudfront.list_conflicting_aliases(DistributionId=asking["Id"], Alias=NAME)[
        "ConflictingAliasesList"
    ]
    (row,) = found["Items"]
    assert row["Alias"] == "*.example.com"
    assert row["DistributionId"].endswith(holder["Id"][-6:])
    assert row["DistributionId"].startswith("*")
    assert row["AccountId"] == "******789012"


def test_conflicts_need_a_certificate(cloudfront: Any, certificates: Certificates) -> None:
    """The caller needs a distribution whose certificate covers the name."""
    without = make(cloudfront)
    with refused("InvalidArgument", 400, "certificate"):
        cloudfront.list_conflicting_aliases(DistributionId=without["Id"], Alias=NAME)
    with refused("NoSuchDistribution", 404):
        cloudfront.list_conflicting_aliases(DistributionId="E00000000000NO", Alias=NAME)


def test_domain_conflicts_find_the_same(cloudfront: Any, certificates: Certificates) -> None:
    """ListDomainConflicts finds what ListConflictingAliases finds."""
    asking = make(cloudfront, with_certificate("asking.example.com"))
    make(cloudfront, with_certificate(NAME, reference="two"))
    resource = {"DistributionId": asking["Id"]}
    found = cloudfront.list_domain_conflicts(Domain=NAME, DomainControlValidationResource=resource)
    assert [row["Domain"] for row in found["DomainConflicts"]] == [NAME]


def test_a_domain_moves_with_the_etag_of_its_target(cloudfront: Any, certificates: Certificates) -> None:
    """UpdateDomainAssociation moves an alias between two enabled distributions."""
    source = make(cloudfront, with_certificate(NAME))
    target = make(cloudfront, with_certificate("other.example.com", reference="two"))
    asked = {"Domain": NAME, "TargetResource": {"DistributionId": target["Id"]}}
    with refused("InvalidIfMatchVersion", 400):
        cloudfront.update_domain_association(**asked)
    with refused("PreconditionFailed", 412):
        cloudfront.update_domain_association(**asked, IfMatch=source["ETag"])
    moved = cloudfront.update_domain_association(**asked, IfMatch=target["ETag"])
    live = cloudfront.get_distribution_config(Id=target["Id"])
    assert set(live["DistributionConfig"]["Aliases"]["Items"]) == {NAME, "other.example.com"}
    assert live["ETag"] == moved["ETag"] != target["ETag"]
    left = cloudfront.get_distribution_config(Id=source["Id"])
    assert left["DistributionConfig"]["Aliases"] == NONE
    assert left["ETag"] != source["ETag"]


def test_a_domain_moves_only_where_a_certificate_covers_it(
    cloudfront: Any, certificates: Certificates
) -> None:
    """A target without a covering certificate is IllegalUpdate. An unknown target is EntityNotFound."""
    make(cloudfront, with_certificate(NAME))
    bare = make(cloudfront, config("two"))
    with refused("IllegalUpdate", 400):
        cloudfront.associate_alias(TargetDistributionId=bare["Id"], Alias=NAME)
    with refused("EntityNotFound", 404):
        cloudfront.update_domain_association(
            Domain=NAME, TargetResource={"DistributionId": "E00000000000NO"}, IfMatch=bare["ETag"]
        )


def test_associate_alias_moves_without_an_etag(cloudfront: Any, certificates: Certificates) -> None:
    """AssociateAlias also moves an alias, and needs no If-Match."""
    make(cloudfront, with_certificate(NAME))
    target = make(cloudfront, with_certificate("other.example.com", reference="two"))
    cloudfront.associate_alias(TargetDistributionId=target["Id"], Alias=NAME)
    live = cloudfront.get_distribution_config(Id=target["Id"])["DistributionConfig"]
    assert NAME in live["Aliases"]["Items"]
