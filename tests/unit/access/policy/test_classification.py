"""Who is inside, expected or an opening, and who an entry of the spec covers."""

import pytest

from cfstream.access.policy import (
    Declared,
    ReaderClass,
    classify,
    classify_reader,
    distributions,
    lists,
    parsed,
    service,
)
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.values import Ref, StepId

OWN, OTHER = "123456789012", "999988887777"
ROLE = f"arn:aws:iam::{OTHER}:role/player"
SESSION = f"arn:aws:sts::{OTHER}:assumed-role/player/one"
DISTRIBUTION = f"arn:aws:cloudfront::{OTHER}:distribution/E2OTHER00000"
OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E3FOREIGN0000"
K = ReaderKind


@pytest.mark.parametrize(
    ("entry", "reader", "covered"),
    [
        (OTHER, Reader(K.ACCOUNT, OTHER), True),
        (f"arn:aws:iam::{OTHER}:root", Reader(K.ACCOUNT, OTHER), True),
        (OTHER, Reader(K.PRINCIPAL, ROLE), True),
        (OTHER, Reader(K.DISTRIBUTION, DISTRIBUTION), True),
        (ROLE, Reader(K.ACCOUNT, OTHER), False),
        (ROLE, Reader(K.PRINCIPAL, ROLE), True),
        (ROLE, Reader(K.PRINCIPAL, SESSION), True),
        (SESSION, Reader(K.PRINCIPAL, ROLE), False),
        ("111122223333", Reader(K.PRINCIPAL, ROLE), False),
        (DISTRIBUTION, Reader(K.DISTRIBUTION, DISTRIBUTION), True),
        (DISTRIBUTION, Reader(K.ACCOUNT, OTHER), False),
        (DISTRIBUTION[:-12] + "*", Reader(K.DISTRIBUTION, DISTRIBUTION), False),
        (OAI, Reader(K.OAI, "E3FOREIGN0000"), True),
        (OAI, Reader(K.OAI, "E4"), False),
        ("canonical:" + "b" * 64, Reader(K.CANONICAL, "b" * 64), True),
        ("b" * 64, Reader(K.CANONICAL, "b" * 64), False),
        ("203.0.112.0/20", Reader(K.NETWORK, "203.0.113.0/24"), True),
        ("203.0.113.0/24", Reader(K.NETWORK, "203.0.112.0/20"), False),
        ("2001:db8::/32", Reader(K.NETWORK, "203.0.113.0/24"), False),
        ("vpce-0a1b2c3d", Reader(K.NETWORK, "vpce-0a1b2c3d"), True),
        ("o-a1b2c3d4e5", Reader(K.ORGANISATION, "o-a1b2c3d4e5"), True),
        ("o-a1b2c3d4e5", Reader(K.ACCOUNT, OTHER), False),
        ("transcribe.amazonaws.com", Reader(K.SERVICE, "transcribe.amazonaws.com"), True),
        ("*", Reader(K.PRINCIPAL, ROLE), False),
        (OTHER, ANYONE, False),
    ],
)
def test_an_entry_covers_by_value_or_containment(entry: str, reader: Reader, covered: bool) -> None:
    """An account covers its principals and distributions, a network narrower ones, a role its sessions."""
    assert lists(entry, reader) is covered


def test_each_list_counts_for_its_own_actions() -> None:
    """A reader in also_read_by may not write, and one in also_managed_by may not read."""
    declared = Declared(OWN, also_read_by=(OTHER,), also_managed_by=("111122223333",))
    one, other = Reader(K.ACCOUNT, OTHER), Reader(K.ACCOUNT, "111122223333")
    found = {
        (who.name, may): classify_reader(who, may, declared).reader_class
        for who in (one, other)
        for may in May
    }
    assert {key for key, value in found.items() if value is ReaderClass.EXPECTED} == {
        (OTHER, May.READ),
        (OTHER, May.LIST),
        ("111122223333", May.WRITE),
        ("111122223333", May.MANAGE),
    }


def test_a_distribution_that_a_step_will_create_is_inside() -> None:
    """A resource of a step belongs to the account."""
    reader = Reader(K.DISTRIBUTION, Ref(StepId("create distribution:lectures"), "arn"))
    assert classify_reader(reader, May.READ, Declared(OWN)).reader_class is ReaderClass.INSIDE


def test_a_service_for_any_account_is_expected_only_if_it_delivers() -> None:
    """Without a fixed source, PutObject is expected with a note, and GetObject is an opening."""
    principal = {"Service": "delivery.logs.amazonaws.com"}
    puts, gets = parsed(
        {
            "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": f"s3:{name}"}
                for name in ("PutObject", "GetObject")
            ]
        }
    )
    who = service("delivery.logs.amazonaws.com")
    delivers = classify(who, May.WRITE, Declared(OWN), [puts])
    assert (delivers.reader_class, "no SourceAccount" in delivers.note) == (ReaderClass.EXPECTED, True)
    assert classify(who, May.READ, Declared(OWN), [gets]).reader_class is ReaderClass.OPENING


def test_another_accounts_distributions_are_reported_as_the_account() -> None:
    """They are an opening until the account is listed."""
    who = distributions(OTHER, own=False)
    assert who.reader == Reader(K.ACCOUNT, OTHER)
    assert classify(who, May.READ, Declared(OWN)).reader_class is ReaderClass.OPENING
    assert classify(who, May.READ, Declared(OWN, also_read_by=(OTHER,))).reader_class is ReaderClass.EXPECTED
