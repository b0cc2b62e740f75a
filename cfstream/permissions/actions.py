"""The IAM actions of each call, and the resources on which they can be granted (Service Authorization Reference)."""

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
    ("s3", "list_buckets"): ("s3:ListAllMyBuckets",),
    ("s3", "list_objects_v2"): ("s3:ListBucket",),
    ("s3", "get_public_access_block"): ("s3:GetBucketPublicAccessBlock",),
    ("s3", "put_public_access_block"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "get_bucket_inventory_configuration"): ("s3:GetInventoryConfiguration",),
    ("s3", "get_bucket_encryption"): ("s3:GetEncryptionConfiguration",),
    ("s3", "put_bucket_encryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "delete_bucket_ownership_controls"): ("s3:PutBucketOwnershipControls",),
    ("s3control", "get_public_access_block"): ("s3:GetAccountPublicAccessBlock",),
    ("wafv2", "get_web_acl"): ("wafv2:GetWebACL",),
}
"""Calls whose action has another name, or that need several actions.

CreateBucket needs the second action because cfstream sets the object ownership (S3 API, CreateBucket).
"""

PREFIXES: Mapping[str, str] = {"s3control": "s3", "resourcegroupstaggingapi": "tag"}
"""The prefixes of actions that differ from botocore's service names."""


def resource_type(operation: str) -> str | None:
    """Return the resource type in the ARN for a CloudFront call; None if IAM has no ARN for it."""
    # Importing the kinds is slow, and only the advice after a denied call needs them.
    from cfstream.kinds import KINDS

    nouns = {
        **{delivery.operation_noun: delivery.kind for delivery in (Delivery.RTMP, Delivery.HTTP)},
        **{kind.owned.noun: kind.owned.kind for kind in KINDS if kind.owned and kind.scopes},
    }
    return next((resource for noun, resource in nouns.items() if noun in operation), None)


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    """Return the IAM actions that a call needs, by boto3's names for it."""
    known = ACTIONS.get((service, operation))
    name = "".join(word.capitalize() for word in operation.split("_"))
    return known or (f"{PREFIXES.get(service, service)}:{name}",)
