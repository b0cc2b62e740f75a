"""Whether one statement alone allows reading."""

from typing import Any

import pytest

from cfstream.access.allows import allows_reading


def allow(resource: Any = "arn:aws:s3:::media/*", action: Any = "s3:GetObject") -> Any:
    """Return an Allow for everybody."""
    return {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        (allow(), True),
        (allow(action="s3:*"), True),
        (allow(action="*"), True),
        (allow(action="S3:GETOBJECT"), True),
        (allow(action="s3:Get*"), True),
        (allow(action="s3:GetObjectAcl"), False),
        (allow(action="s3:ListBucket"), False),
        (allow(action=["s3:PutObject", "s3:GetObject"]), True),
        ({**allow(), "Effect": "Deny"}, False),
        (allow(resource="*"), True),
        (allow(resource="arn:aws:s3:::media*"), True),
        (allow(resource="arn:aws:s3:::media"), False),
        (allow(resource="arn:aws:s3:::other/*"), False),
        (allow(resource="arn:aws:s3:::media/hls/*"), True),
        (allow(resource="arn:aws:s3:::media/hls/deep/one.mp4"), True),
        (allow(resource="arn:aws:s3:::media/posters/*"), True),
        (allow(resource="arn:aws:s3:::media/posters/one.jpg"), True),
        (allow(resource=["arn:aws:s3:::media/posters/*", "arn:aws:s3:::media/*.mp4"]), True),
        (allow(resource="arn:aws:s3:::media/${aws:username}/*"), True),
        ({"Effect": "Allow", "Principal": "*", "NotAction": "s3:Put*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Principal": "*", "NotAction": "s3:Get*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": "x"}, True),
    ],
)
def test_allows_reading(statement: Any, read: bool) -> None:
    """A statement allows reading if it may allow s3:GetObject on some object of the bucket."""
    assert allows_reading(statement, "media") is read
