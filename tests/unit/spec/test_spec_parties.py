"""The parties of `also_read_by` and `also_managed_by` as kinds and values."""

import pytest

from cfstream.spec.model import Spec
from cfstream.spec.parties import Party, PartyKind, party
from tests.unit.spec.reading import stack

CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
OAI = "E2QWRUHAPOMQZL"
WHOLE = {
    "999988887777": PartyKind.ACCOUNT,
    "arn:aws:iam::999988887777:role/media/transcoder": PartyKind.PRINCIPAL,
    "arn:aws:iam::999988887777:user/ann": PartyKind.PRINCIPAL,
    "arn:aws:sts::999988887777:assumed-role/ci/run-7": PartyKind.PRINCIPAL,
    "arn:aws:cloudfront::999988887777:distribution/E1UGDLB9XZBD79": PartyKind.DISTRIBUTION,
    "arn:aws-cn:cloudfront::999988887777:streaming-distribution/E1UGDLB9XZBD79": PartyKind.DISTRIBUTION,
    "o-a1b2c3d4e5": PartyKind.ORGANISATION,
    "10.0.0.0/8": PartyKind.NETWORK,
    "2001:db8::/32": PartyKind.NETWORK,
    "vpc-0a1b2c3d": PartyKind.VPC,
    "vpce-0a1b2c3d4e5f67890": PartyKind.VPC_ENDPOINT,
    "logging.s3.amazonaws.com": PartyKind.SERVICE,
    "delivery.logs.amazonaws.com": PartyKind.SERVICE,
}


@pytest.mark.parametrize(("text", "kind"), WHOLE.items())
def test_a_party_is_what_its_text_says(text: str, kind: PartyKind) -> None:
    """Most parties are identified by their whole text."""
    assert party(text) == Party(kind, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arn:aws:iam::999988887777:root", Party(PartyKind.ACCOUNT, "999988887777")),
        (
            f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {OAI}",
            Party(PartyKind.OAI, OAI),
        ),
        (f"canonical:{CANONICAL}", Party(PartyKind.CANONICAL, CANONICAL)),
    ],
)
def test_one_party_has_one_value(text: str, found: Party) -> None:
    """The root of an account is the account. Identities and canonical users have their ids."""
    assert party(text) == found


def test_a_spec_lists_parties() -> None:
    """Both fields are empty by default, and keep the order of the file."""
    assert Spec.model_fields["also_read_by"].default == Spec.model_fields["also_managed_by"].default == ()
    spec = stack("also_read_by: [vpc-0a1b2c3d, '999988887777']\nalso_managed_by: [10.0.0.0/8]").spec
    assert tuple(map(party, spec.also_read_by)) == (
        Party(PartyKind.VPC, "vpc-0a1b2c3d"),
        Party(PartyKind.ACCOUNT, "999988887777"),
    )
    assert tuple(map(party, spec.also_managed_by)) == (Party(PartyKind.NETWORK, "10.0.0.0/8"),)
