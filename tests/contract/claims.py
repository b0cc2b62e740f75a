"""What the claims about S3 share: making the things they speak of, and saying how a refusal looks."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

_references = map(str, itertools.count())


@contextlib.contextmanager
def refused(code: str, status: int, message: str = "") -> Iterator[None]:
    """The block must be refused with that error code and HTTP status, and with those words in the message."""
    with pytest.raises(ClientError) as error:
        yield
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert message in answer["Error"]["Message"]


def make_bucket(s3: Any, name: str, ownership: str | None = None) -> str:
    """A new bucket with that Object Ownership, or with the one that AWS gives."""
    s3.create_bucket(Bucket=name, **({"ObjectOwnership": ownership} if ownership else {}))
    return name


def identity(cloudfront: Any) -> dict[str, Any]:
    """A new origin access identity."""
    config = {"CallerReference": next(_references), "Comment": ""}
    made = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    result: dict[str, Any] = made["CloudFrontOriginAccessIdentity"]
    return result
