"""Which IAM actions a call needs, and on which resources they can be granted (Service Authorization Reference)."""

from collections.abc import Mapping

from cfstream.domain import Delivery

ACTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("cloudfront", "create_distribution_with_tags"): (
        "cloudfront:CreateDistribution",
        "cloudfront:TagResource",
    ),
    ("cloudfront", "update_domain_association"): (
        "cloudfront:UpdateDomainAssociation",
        "cloudfront:UpdateDistribution",
    ),
    ("s3", "create_bucket"): ("s3:CreateBucket", "s3:PutBucketOwnershipControls"),
    ("s3", "head_bucket"): ("s3:ListBucket",),
    ("s3", "head_object"): ("s3:GetObject",),
    ("s3", "list_objects_v2"): ("s3:ListBucket",),
    ("s3", "get_public_access_block"): ("s3:GetBucketPublicAccessBlock",),
    ("s3", "put_public_access_block"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "get_bucket_encryption"): ("s3:GetEncryptionConfiguration",),
    ("s3", "put_bucket_encryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "delete_bucket_ownership_controls"): ("s3:PutBucketOwnershipControls",),
    ("s3control", "get_public_access_block"): ("s3:GetAccountPublicAccessBlock",),
}
"""Calls whose action does not bear their name, or that need several. CreateBucket needs the second one where it sets
the object ownership (S3 API, CreateBucket), as ours does.
"""

PREFIXES: Mapping[str, str] = {"s3control": "s3", "resourcegroupstaggingapi": "tag"}
"""Services whose actions do not begin with the name that botocore has for them."""

SCOPES: Mapping[str, str] = {
    **{delivery.operation_noun: delivery.kind for delivery in (Delivery.RTMP, Delivery.HTTP)},
    "cloud_front_origin_access_identity": "origin-access-identity",
    "origin_access_control": "origin-access-control",
    "response_headers_policy": "response-headers-policy",
}
"""CloudFront's resources that permissions can be scoped to, by their name in operations; all others want ``*``."""


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    """The IAM actions that a call needs, by boto3's names for it."""
    known = ACTIONS.get((service, operation))
    name = "".join(word.capitalize() for word in operation.split("_"))
    return known or (f"{PREFIXES.get(service, service)}:{name}",)
