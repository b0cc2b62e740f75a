"""Helpers for claims about S3."""

import itertools
from typing import Any

_references = map(str, itertools.count())


def make_bucket(s3: Any, name: str, ownership: str | None = None) -> str:
    """Create a bucket with this Object Ownership, or with AWS's default."""
    s3.create_bucket(Bucket=name, **({"ObjectOwnership": ownership} if ownership else {}))
    return name


def identity(cloudfront: Any) -> dict[str, Any]:
    """Create an origin access identity."""
    config = {"CallerReference": next(_references), "Comment": ""}
    created = cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig=config
    )
    result: dict[str, Any] = created["CloudFrontOriginAccessIdentity"]
    return result
