"""Claims about condition operators: IAM User Guide, "IAM JSON policy elements: Condition operators"."""

from typing import Any

import pytest

from cfstream.sandbox.edge.conditions import Unsupported, hold

CONTEXT = {
    "aws:sourcearn": "arn:aws:cloudfront::123456789012:distribution/E1",
    "aws:sourceip": "192.0.2.7",
    "aws:securetransport": "true",
    "aws:epochtime": "1000",
    "s3:prefix": "a[b]*c",
}
HERE = "arn:aws:cloudfront::123456789012:distribution/E1"


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "holds"),
    [
        ("StringEquals", "AWS:SourceArn", HERE, True),
        ("StringEquals", "aws:sourcearn", [HERE.lower(), HERE], True),
        ("StringEquals", "aws:SourceArn", HERE.lower(), False),
        ("StringEqualsIgnoreCase", "aws:SourceArn", HERE.lower(), True),
        ("StringNotEquals", "aws:SourceArn", HERE, False),
        ("StringNotEquals", "aws:SourceArn", [HERE, "x"], False),
        ("StringNotEquals", "aws:SourceArn", ["x", "y"], True),
        ("StringNotEqualsIgnoreCase", "aws:SourceArn", HERE.upper(), False),
        ("StringLike", "aws:SourceArn", "*/E?", True),
        ("StringLike", "aws:SourceArn", "*/E??", False),
        ("StringLike", "s3:prefix", "a[b]?c", True),
        ("StringLike", "s3:prefix", "a[!x]b*", False),
        ("StringNotLike", "aws:SourceArn", "*/E?", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:cloudfront:*:123456789012:distribution/*", True),
        ("ArnEquals", "aws:SourceArn", "arn:*:cloudfront::*:*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:*", False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:cloudfront::1:*", True),
        ("Bool", "aws:SecureTransport", "TRUE", True),
        ("Bool", "aws:SecureTransport", False, False),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", True),
        ("IpAddress", "aws:SourceIp", ["::/0", "192.0.2.7"], True),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", False),
        ("NumericEquals", "aws:EpochTime", 1000, True),
        ("NumericLessThan", "aws:EpochTime", "1000", False),
        ("NumericGreaterThanEquals", "aws:EpochTime", "1000", True),
        ("NumericNotEquals", "aws:EpochTime", "1000", False),
        ("DateLessThan", "aws:EpochTime", "1970-01-01T00:20:00Z", True),
        ("DateGreaterThan", "aws:EpochTime", "1970-01-01", True),
        ("Null", "aws:SourceArn", "false", True),
        ("Null", "aws:SourceVpce", "true", True),
        ("Null", "aws:SourceVpce", False, False),
        ("StringEquals", "aws:SourceVpce", "x", False),
        ("StringEqualsIfExists", "aws:SourceVpce", "x", True),
        ("StringEqualsIfExists", "aws:SourceArn", "x", False),
        ("StringNotEquals", "aws:SourceVpce", "x", True),
        ("NotIpAddress", "aws:VpcSourceIp", "10.0.0.0/8", True),
        ("ForAnyValue:StringEquals", "aws:SourceArn", HERE, True),
        ("ForAnyValue:StringEquals", "aws:SourceVpce", "x", False),
        ("ForAnyValue:StringNotEquals", "aws:SourceVpce", "x", False),
        ("ForAllValues:StringEquals", "aws:SourceVpce", "x", True),
        ("ForAllValues:StringEquals", "aws:SourceArn", "x", False),
        ("StringEquals", "aws:SourceIp", "${aws:SourceIp}", True),
        ("StringEquals", "aws:SourceIp", ["x", "192.0.2.${aws:Part, '7'}"], True),
        ("StringEquals", "aws:SourceIp", "${aws:username}", False),
        ("StringNotEquals", "aws:SourceVpce", "${aws:username}", True),
    ],
)
def test_operators(operator: str, key: str, wanted: Any, holds: bool) -> None:
    """The case of a key does not matter, the operator compares values, and a missing key equals nothing."""
    assert hold({operator: {key: wanted}}, CONTEXT) is holds


def test_all_must_hold() -> None:
    """Operators and keys are joined by "and", the values of one key by "or"."""
    one, other = {"aws:SourceArn": [HERE, "x"]}, {"aws:SecureTransport": "true"}
    assert hold({}, CONTEXT)
    assert hold({"StringEquals": {**one, **other}}, CONTEXT)
    assert not hold({"StringEquals": one, "Bool": {"aws:SecureTransport": "false"}}, CONTEXT)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringSomehow": {"aws:SourceArn": "x"}},
        {"ForEachValue:StringEquals": {"aws:SourceArn": "x"}},
        {"StringNotEquals": {"aws:SourceArn": "${aws:username}"}},
        {"StringLike": {"aws:SourceArn": "a${*}"}},
        {"IpAddress": {"aws:SourceIp": "somewhere"}},
        {"NumericEquals": {"aws:EpochTime": "many"}},
        {"DateEquals": {"aws:EpochTime": "yesterday"}},
    ],
)
def test_unknown(condition: Any) -> None:
    """An unsupported condition is neither true nor false."""
    with pytest.raises(Unsupported):
        hold(condition, CONTEXT)
