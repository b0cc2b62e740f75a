"""Readers from outside are commented lines of a spec that load without the comment signs."""

import pytest

from cfstream.access.listed_reader import text_in_spec
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.adoption.outside import commented_readers
from cfstream.values import Ref, StepId
from tests.unit.spec.reading import stack

CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
FOUND = [
    (Reader(ReaderKind.ACCOUNT, "012345678901"), May.READ),
    (Reader(ReaderKind.NETWORK, "10.0.0.0/8"), May.LIST),
    (Reader(ReaderKind.NETWORK, "10.0.0.0/8"), May.READ),
    (Reader(ReaderKind.CANONICAL, CANONICAL), May.MANAGE),
    (Reader(ReaderKind.OAI, "E2QWRUHAPOMQZL"), May.WRITE),
]
CANNOT = [
    ANYONE,
    Reader(ReaderKind.KEY_GROUP, "lectures-signers"),
    Reader(ReaderKind.SERVICE, "cloudfront.amazonaws.com"),
    Reader(ReaderKind.NETWORK, "0.0.0.0/0"),
    Reader(ReaderKind.OAI, Ref(StepId("create origin-access-identity:lectures"))),
]


def test_without_the_comment_signs_the_lines_are_fields() -> None:
    """Every reader is listed once, by what it may do, and the user only has to uncomment the line."""
    lines = commented_readers(FOUND)
    assert all(line.startswith("# ") for line in lines)
    fields = [line.removeprefix("# ") for line in lines if "[" in line]
    spec = stack("\n".join(fields)).spec
    assert spec.also_read_by == ("012345678901", "10.0.0.0/8")
    assert spec.also_managed_by == (
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL",
        f"canonical:{CANONICAL}",
    )


@pytest.mark.parametrize("reader", CANNOT, ids=str)
def test_a_reader_that_no_field_can_list_has_no_line(reader: Reader) -> None:
    """A spec cannot list anyone, every distribution, or a network that is too wide."""
    assert text_in_spec(reader) is None
    assert commented_readers([(reader, May.READ)]) == []
