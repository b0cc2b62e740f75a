"""Which IAM action a call needs, and on what: for the advice after AccessDenied."""

import re
from collections.abc import Mapping

from cfstream.ports import Call

ACTIONS: Mapping[tuple[str, str], str] = {
    (
        "cloudfront",
        "create_distribution_with_tags",
    ): "cloudfront:CreateDistribution and cloudfront:TagResource",
    (
        "cloudfront",
        "update_domain_association",
    ): "cloudfront:UpdateDomainAssociation and cloudfront:UpdateDistribution",
    ("s3", "head_bucket"): "s3:ListBucket",
    ("s3", "head_object"): "s3:GetObject",
    ("s3", "list_objects_v2"): "s3:ListBucket",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "put_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "get_bucket_encryption"): "s3:GetEncryptionConfiguration",
    ("s3", "put_bucket_encryption"): "s3:PutEncryptionConfiguration",
    ("s3", "delete_bucket_ownership_controls"): "s3:PutBucketOwnershipControls",
    ("s3control", "get_public_access_block"): "s3:GetAccountPublicAccessBlock",
    ("s3control", "list_access_points"): "s3:ListAccessPoints",
}
"""Calls whose action does not bear their name (Service Authorization Reference)."""

PREFIXES: Mapping[str, str] = {"s3control": "s3", "resourcegroupstaggingapi": "tag"}
"""Services whose actions do not begin with the name that botocore has for them."""

SCOPES: Mapping[str, str] = {
    "streaming_distribution": "streaming-distribution",
    "distribution": "distribution",
    "cloud_front_origin_access_identity": "origin-access-identity",
    "origin_access_control": "origin-access-control",
}
"""CloudFront's resources that permissions can be scoped to, by their name in operations; all others want
``*``."""


def permission(call: Call, message: str = "", account: str = "") -> str:
    """What to allow so that `call` may be made: ``allow s3:GetBucketPolicy on arn:aws:s3:::lectures-media``.

    AWS's own message is believed where it names the action and the resource.
    """
    said = re.search(r"not authorized to perform: (\S+?)(?: on resource: \"?([^\s\"]+)\"?)?(?:\s|$)", message)
    action = (said and said.group(1)) or _action(call)
    return f"allow {action} on {(said and said.group(2)) or _resource(call, account)}"


def _action(call: Call) -> str:
    known = ACTIONS.get((call.service, call.operation))
    name = "".join(word.capitalize() for word in call.operation.split("_"))
    return known or f"{PREFIXES.get(call.service, call.service)}:{name}"


def _resource(call: Call, account: str) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    arn = call.params.get("Resource") or call.params.get("CertificateArn")
    if isinstance(arn, str):
        return arn
    if call.params.get("HostedZoneId"):
        return f"arn:aws:route53:::hostedzone/{call.params['HostedZoneId']}"
    scope = next((scope for name, scope in SCOPES.items() if name in call.operation), None)
    if call.service == "cloudfront" and scope and call.params.get("Id"):
        return f"arn:aws:cloudfront::{account or '<account>'}:{scope}/{call.params['Id']}"
    return "*"
