"""Statements of bucket policies."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def allow(
    sid: str, principal: Any, resource: str | Sequence[str] = "arn:aws:s3:::media/*", **fields: Any
) -> Json:
    """Return a statement of a bucket policy that allows someone to read."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": resource,
        **fields,
    }
