"""Which policies S3 counts as public."""

from typing import Any

import pytest

from cfstream.access.policy import is_public
from cfstream.policy_document import oac_statement

OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2OAI"
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1DIST"


def allow(principal: Any = "*", **more: Any) -> Any:
    """Return an Allow for everybody to read the whole bucket, except as given."""
    resource = "arn:aws:s3:::media/*"
    return {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource, **more}


def policy(*statements: Any) -> Any:
    """Return a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringEquals": {"AWS:SourceArn": DISTRIBUTION}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "*"}}, True),
        ({"StringEquals": {"aws:userid": "${aws:username}"}}, True),
        ({"StringLike": {"aws:Referer": "https://www.example.com/*"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/16"}}, True),
        ({"IpAddress": {"aws:SourceIp": "everywhere"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:123456789012:accesspoint/*"}}, False),
        (
            {"StringLike": {"s3:DataAccessPointArn": "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/*"}},
            False,
        ),
        ({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
)
def test_public_by_condition(condition: Any, public: bool) -> None:
    """An Allow for anyone is public unless a condition limits it to fixed values."""
    assert is_public(policy(allow(Condition=condition))) is public


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (allow({"AWS": OAI}), False),
        (allow({"AWS": "111122223333"}), False),
        (allow({"AWS": ["111122223333", "*"]}), True),
        (allow({"Service": "cloudfront.amazonaws.com"}), False),
        (oac_statement("S", "aws", "media", "", DISTRIBUTION), False),
        (allow({"Service": "logging.s3.amazonaws.com"}), False),
        ({**allow(), "Effect": "Deny"}, False),
        (
            {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"},
            True,
        ),
    ],
)
def test_public_by_principal(statement: Any, public: bool) -> None:
    """Fixed principals are not public. A service is one, even without a source."""
    assert is_public(policy(statement)) is public
