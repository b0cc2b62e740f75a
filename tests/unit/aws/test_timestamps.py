"""Timestamps of replies."""

from datetime import UTC, datetime

import pytest
from botocore.utils import parse_timestamp

from cfstream.aws.timestamps import parse


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T09:00:00Z",
        "2026-11-20T09:00:00.123Z",
        "2026-11-20T10:00:00+01:00",
        "Fri, 20 Nov 2026 09:00:00 GMT",
        "2026-11-20T09:00:00",
        "20261120",
        "1795165200",
        1795165200,
        1795165200.5,
    ],
)
def test_every_form_is_read_like_by_botocore(text: str | float) -> None:
    """The time and its offset are those that botocore's own parser returns."""
    assert parse(text) == parse_timestamp(text)
    assert parse(text).utcoffset() == parse_timestamp(text).utcoffset()


def test_a_time_that_aws_sends() -> None:
    """CloudFront and S3 send UTC."""
    assert parse("2026-11-20T09:00:00.5Z") == datetime(2026, 11, 20, 9, microsecond=500_000, tzinfo=UTC)


def test_invalid_times_are_refused() -> None:
    """The error is botocore's, which the client already translates."""
    with pytest.raises(ValueError, match="Invalid timestamp"):
        parse("yesterday")
