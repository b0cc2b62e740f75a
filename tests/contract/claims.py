"""What the claims about S3 share: short ways to make the things they speak of."""

import itertools
from typing import Any

_references = map(str, itertools.count())


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
