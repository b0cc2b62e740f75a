"""When a change of the security policy weakens TLS."""

from typing import get_args

import pytest

from cfstream.domain.tls import TLS_FROM_WEAKEST
from cfstream.kinds.distribution.always_managed import minimum_tls
from cfstream.spec.http.connection import MinimumTls

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/a"


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        ("TLSv1.2_2021", "TLSv1.2_2019", True),
        ("TLSv1.2_2019", "TLSv1.2_2021", False),
        ("TLSv1.2_2021", "TLSv1.2_2021", False),
        # A policy that AWS added after this version of cfstream was made.
        ("TLSv1.4_2031", "TLSv1.3_2025", True),
        ("TLSv1.4_2031", "TLSv1", True),
    ],
)
def test_an_older_policy_is_weaker_and_an_unknown_one_is_the_newest(
    before: str, after: str, weaker: bool
) -> None:
    """Otherwise a policy that cfstream does not know would be lowered without a hazard."""
    config = {"ViewerCertificate": {"ACMCertificateArn": CERTIFICATE, "MinimumProtocolVersion": before}}
    (field,) = minimum_tls(config, after)
    assert [str(each.name) for each in field.hazards(before, after)] == ["weakens-tls"] * weaker


def test_the_policies_are_those_of_the_spec_in_the_same_order() -> None:
    """The order decides what is weaker."""
    assert get_args(MinimumTls) == TLS_FROM_WEAKEST
