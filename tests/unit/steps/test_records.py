"""Names and records of Route 53 in different spellings."""

import pytest

from cfstream.steps.records import alias_of, plain_name, record_text, same_alias


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("media.example.com.", "media.example.com"),
        ("Media.Example.COM", "media.example.com"),
        (r"\052.example.com.", "*.example.com"),
        (r"a\055b.example.com.", "a-b.example.com"),
        ("", ""),
    ],
)
def test_names_as_people_write_them(name: str, plain: str) -> None:
    """They have no final dot, no capitals and no octal codes."""
    assert plain_name(name) == plain
    assert plain_name(plain) == plain


def test_an_alias_has_a_target_and_other_records_have_values() -> None:
    """The text of a record shows its target."""
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "D1.cloudfront.net.",
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": "media.example.com.", "Type": "A", "AliasTarget": target}
    plain = {
        "Name": "media.example.com.",
        "Type": "A",
        "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "::"}],
    }
    assert (alias_of(alias), alias_of(plain)) == ("d1.cloudfront.net", "")
    assert record_text(alias) == "media.example.com A alias of d1.cloudfront.net"
    assert record_text(plain) == "media.example.com A 192.0.2.1, ::"


def test_other_spellings_are_equal() -> None:
    """Dots, capitals and octal codes do not matter. Another target or weight is another record."""
    target = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net", "EvaluateTargetHealth": False}
    sent = {"Name": "*.example.com.", "Type": "A", "AliasTarget": target}
    live = {**sent, "Name": r"\052.example.com.", "AliasTarget": {**target, "DNSName": "D1.CloudFront.net."}}
    assert same_alias(live, sent)
    assert not same_alias({**live, "AliasTarget": {**target, "DNSName": "d2.cloudfront.net."}}, sent)
    assert not same_alias({**live, "SetIdentifier": "a", "Weight": 1}, sent)
