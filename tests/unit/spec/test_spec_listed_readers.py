"""The readers that `also_read_by` and `also_managed_by` list, as kinds and values."""

import pytest

from cfstream.spec.listed_readers import ListedReader, ListedReaderKind, listed_reader
from cfstream.spec.model import Spec
from tests.unit.spec.reading import stack

CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
OAI = "E2QWRUHAPOMQZL"
WHOLE = {
    "999988887777": ListedReaderKind.ACCOUNT,
    "arn:aws:iam::999988887777:role/media/transcoder": ListedReaderKind.PRINCIPAL,
    "arn:aws:iam::999988887777:user/ann": ListedReaderKind.PRINCIPAL,
    "arn:aws:sts::999988887777:assumed-role/ci/run-7": ListedReaderKind.PRINCIPAL,
    "arn:aws:cloudfront::999988887777:distribution/E1UGDLB9XZBD79": ListedReaderKind.DISTRIBUTION,
    "arn:aws-cn:cloudfront::999988887777:streaming-distribution/E1UGDLB9XZBD79": ListedReaderKind.DISTRIBUTION,
    "o-a1b2c3d4e5": ListedReaderKind.ORGANISATION,
    "10.0.0.0/8": ListedReaderKind.NETWORK,
    "2001:db8::/32": ListedReaderKind.NETWORK,
    "vpc-0a1b2c3d": ListedReaderKind.VPC,
    "vpce-0a1b2c3d4e5f67890": ListedReaderKind.VPC_ENDPOINT,
    "logging.s3.amazonaws.com": ListedReaderKind.SERVICE,
    "delivery.logs.amazonaws.com": ListedReaderKind.SERVICE,
}


@pytest.mark.parametrize(("text", "kind"), WHOLE.items())
def test_a_listed_reader_is_identified_by_its_text(text: str, kind: ListedReaderKind) -> None:
    """Most listed readers are identified by their whole text."""
    assert listed_reader(text) == ListedReader(kind, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arn:aws:iam::999988887777:root", ListedReader(ListedReaderKind.ACCOUNT, "999988887777")),
        (
            f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {OAI}",
            ListedReader(ListedReaderKind.OAI, OAI),
        ),
        (f"canonical:{CANONICAL}", ListedReader(ListedReaderKind.CANONICAL, CANONICAL)),
    ],
)
def test_one_listed_reader_has_one_value(text: str, found: ListedReader) -> None:
    """The root of an account is the account. Identities and canonical users have their ids."""
    assert listed_reader(text) == found


def test_a_spec_lists_readers() -> None:
    """Both fields are empty by default, and keep the order of the file."""
    assert Spec.model_fields["also_read_by"].default == Spec.model_fields["also_managed_by"].default == ()
    spec = stack("also_read_by: [vpc-0a1b2c3d, '999988887777']\nalso_managed_by: [10.0.0.0/8]").spec
    assert tuple(map(listed_reader, spec.also_read_by)) == (
        ListedReader(ListedReaderKind.VPC, "vpc-0a1b2c3d"),
        ListedReader(ListedReaderKind.ACCOUNT, "999988887777"),
    )
    assert tuple(map(listed_reader, spec.also_managed_by)) == (
        ListedReader(ListedReaderKind.NETWORK, "10.0.0.0/8"),
    )
