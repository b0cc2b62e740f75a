"""Claims about ACM's ListCertificates, from which a certificate is chosen."""

from typing import Any

import pytest

from cfstream.testing.certificates import imported

ALL = {"keyTypes": ["RSA_2048", "EC_prime256v1"]}


def rows(acm: Any, **asked: Any) -> dict[str, Any]:
    """Return the summaries by ARN."""
    return {row["CertificateArn"]: row for row in acm.list_certificates(**asked)["CertificateSummaryList"]}


def test_names_are_listed(strict_acm: Any) -> None:
    """A summary has the first hundred names, and says whether there are more."""
    few = imported(strict_acm, "media.example.com", "*.example.com")
    many = imported(strict_acm, *(f"n{number}.example.com" for number in range(101)))
    listed = rows(strict_acm, Includes=ALL)
    assert listed[few]["SubjectAlternativeNameSummaries"] == ["media.example.com", "*.example.com"]
    assert not listed[few]["HasAdditionalSubjectAlternativeNames"]
    assert len(listed[many]["SubjectAlternativeNameSummaries"]) == 100
    assert listed[many]["HasAdditionalSubjectAlternativeNames"]


def test_only_rsa_is_listed_by_default(strict_acm: Any) -> None:
    """A certificate with an elliptic key is listed only if its type is requested."""
    arn = imported(strict_acm, "media.example.com")
    assert rows(strict_acm) == {}
    assert list(rows(strict_acm, Includes={"keyTypes": ["EC_prime256v1"]})) == [arn]


def test_a_summary_has_what_a_choice_needs(acm: Any) -> None:
    """It has the status, type, key and expiry. Statuses can be filtered."""
    arn = imported(acm, "media.example.com")
    whole = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    row = rows(acm, Includes=ALL)[arn]
    for member in ("DomainName", "Status", "Type", "KeyAlgorithm", "NotBefore", "NotAfter"):
        assert row[member] == whole[member]
    assert rows(acm, Includes=ALL, CertificateStatuses=["ISSUED"]).keys() == {arn}
    assert rows(acm, Includes=ALL, CertificateStatuses=["EXPIRED"]) == {}


def test_they_come_in_pages(acm: Any) -> None:
    """NextToken gives the next page, and is missing on the last one."""
    arns = {imported(acm, f"n{number}.example.com") for number in range(3)}
    first = acm.list_certificates(Includes=ALL, MaxItems=2)
    rest = acm.list_certificates(Includes=ALL, MaxItems=2, NextToken=first["NextToken"])
    listed = [*first["CertificateSummaryList"], *rest["CertificateSummaryList"]]
    assert {row["CertificateArn"] for row in listed} == arns
    assert "NextToken" not in rest


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_they_are_listed_in_their_region(acm: Any, clients: Any, region: str) -> None:
    """A certificate of us-east-1 is not in the list of another region."""
    imported(acm, "media.example.com")
    assert rows(clients("acm", region), Includes=ALL) == {}


def test_a_requested_certificate_is_issued(strict_acm: Any) -> None:
    """The sandbox does not wait for the record that validates it, which nobody can create."""
    arn = strict_acm.request_certificate(DomainName="media.example.com")["CertificateArn"]
    assert rows(strict_acm)[arn]["Status"] == "ISSUED"
