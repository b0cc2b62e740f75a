"""Condition operators, judged by hand (IAM User Guide, "Condition operators", "Multivalued context keys")."""

from typing import Any

import pytest

from tests.evaluator.conditions import FREE, Context, filled, hold
from tests.evaluator.logic import Answer

ARN = "arn:aws:cloudfront::123456789012:distribution/E1"
CONTEXT = Context(
    {
        "aws:SourceArn": ARN,
        "aws:SourceIp": "192.0.2.7",
        "aws:EpochTime": "1000",
        "aws:SecureTransport": "true",
        "aws:PrincipalOrgPaths": ("o-1/r-1/a/", "o-1/r-1/b/"),
        "aws:Referer": FREE,
        "aws:userid": (*FREE, "service:s3"),
    },
    absent=("aws:SourceVpce", "aws:PrincipalTag/"),
)

CASES: list[tuple[str, str, Any, Answer]] = [
    ("StringEquals", "AWS:sourceARN", ARN, True),
    ("StringEquals", "aws:SourceArn", ARN.lower(), False),
    ("stringequalsignorecase", "aws:SourceArn", ARN.lower(), True),
    ("StringNotEquals", "aws:SourceArn", [ARN, "x"], False),
    ("StringLike", "aws:SourceArn", "arn:*E?", True),
    ("StringEquals", "aws:SourceArn", "arn:*E?", False),
    ("StringEquals", "aws:SourceArn", "${aws:SourceArn}", None),
    ("StringLike", "aws:SourceArn", "x${aws:username}", False),
    ("ArnLike", "aws:SourceArn", "arn:aws:*:*:*:*", True),
    ("ArnLike", "aws:SourceArn", "arn:aws:*", False),
    ("ArnEquals", "aws:SourceArn", "arn:aws:cloudfront::123456789012:distribution/*", True),
    ("ArnNotEquals", "aws:SourceArn", "arn:aws:cloudfront::1:distribution/*", True),
    ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.0/24"], True),
    ("NotIpAddress", "aws:SourceIp", "192.0.2.7/32", False),
    ("IpAddress", "aws:SourceIp", "2001:db8::/32", False),
    ("IpAddress", "aws:SourceIp", "everywhere", None),
    ("Bool", "aws:SecureTransport", True, True),
    ("Bool", "aws:SecureTransport", "FALSE", False),
    ("NumericGreaterThan", "aws:EpochTime", "999", True),
    ("DateGreaterThan", "aws:EpochTime", "1970-01-01T01:00:00Z", False),
    ("DateGreaterThan", "aws:EpochTime", "soon", None),
    ("Null", "aws:SourceVpce", "true", True),
    ("Null", "aws:SourceArn", "true", False),
    ("Null", "aws:Referer", "true", None),
    ("StringEquals", "aws:SourceVpce", "vpce-1", False),
    ("StringNotEquals", "aws:SourceVpce", "vpce-1", True),
    ("StringEqualsIfExists", "aws:SourceVpce", "vpce-1", True),
    ("StringEqualsIfExists", "aws:SourceArn", "x", False),
    ("StringEqualsIfExists", "aws:Referer", "x", None),
    ("StringEquals", "aws:PrincipalTag/team", "media", False),
    ("StringEquals", "aws:userid", "AIDAEXAMPLE", False),
    ("StringNotLike", "aws:userid", "AROAEXAMPLE:*", True),
    ("StringLike", "aws:userid", "service:*", None),
    ("Null", "aws:userid", "true", None),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*", True),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "*/a/", False),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/a/", True),
    ("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", "*/a/", True),
    ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "*/a/", False),
    ("ForAllValues:StringEquals", "aws:SourceVpce", "vpce-1", True),
    ("ForAnyValue:StringEquals", "aws:SourceVpce", "vpce-1", False),
    ("ForAnyValue:StringNotEquals", "aws:SourceVpce", "vpce-1", False),
    ("StringLike", "aws:PrincipalOrgPaths", "*/a/", None),
    ("ForEachValue:StringEquals", "aws:SourceArn", ARN, None),
    ("BinaryEquals", "aws:SourceArn", "QQ==", None),
    ("StringEquals", "custom:key", "x", None),
]


@pytest.mark.parametrize(("operator", "key", "wanted", "expected"), CASES)
def test_operators(operator: str, key: str, wanted: Any, expected: Answer) -> None:
    """One operator on one key; None if the request does not decide it."""
    assert hold({operator: {key: wanted}}, CONTEXT) is expected


def test_all_must_hold() -> None:
    """Operators and keys are joined by "and"; False outweighs what is not decided."""
    sure, wrong = {"aws:SourceArn": ARN}, {"aws:SourceIp": "x"}
    assert hold({}, CONTEXT) is True
    assert hold({"StringEquals": {**sure, **wrong}}, CONTEXT) is False
    assert hold({"StringEquals": wrong, "Odd": sure}, CONTEXT) is False
    assert hold({"StringEquals": sure, "Odd": sure}, CONTEXT) is None


@pytest.mark.parametrize(
    ("operator", "value", "values"),
    [
        ("StringEquals", "${AWS:sourcearn}", [ARN]),
        ("ArnLike", "${aws:SourceArn}/*", [f"{ARN}/*"]),
        ("StringEquals", "${aws:SourceVpce}", []),
        ("StringNotEquals", "${aws:SourceVpce}", ["${aws:SourceVpce}"]),
        ("StringEquals", "${aws:SourceVpce, 'none*'}", ["none${*}"]),
        ("StringEquals", "${aws:SourceArn, 'none'}", [ARN]),
        ("StringEquals", "${aws:Referer}", ["${aws:Referer}"]),
        ("StringEquals", "${aws:PrincipalOrgPaths}", ["${aws:PrincipalOrgPaths}"]),
        ("StringLike", "${*}${?}${$}", ["${*}${?}${$}"]),
    ],
)
def test_variables_are_filled_in(operator: str, value: str, values: list[str]) -> None:
    """One value fills a variable in, a default where there is none; without either, the value goes."""
    assert filled({operator: {"aws:x": value}}, CONTEXT) == {operator: {"aws:x": values}}
