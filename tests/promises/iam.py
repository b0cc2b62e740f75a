"""IAM, as far as the policies of `cfstream permissions` need it: which resources an action knows, and who may what.

The table is written down from the Service Authorization Reference and shares nothing with cfstream.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cfstream.ports import Call

KNOWN: Mapping[str, str] = {
    "*": """
        acm:ListCertificates cloudfront:CreateCloudFrontOriginAccessIdentity cloudfront:CreateDistribution
        cloudfront:CreateKeyGroup cloudfront:CreateOriginAccessControl cloudfront:CreatePublicKey
        cloudfront:CreateResponseHeadersPolicy cloudfront:CreateStreamingDistributionWithTags
        cloudfront:DeleteKeyGroup cloudfront:DeletePublicKey cloudfront:GetKeyGroup cloudfront:GetKeyGroupConfig
        cloudfront:GetPublicKey cloudfront:GetPublicKeyConfig cloudfront:ListCachePolicies
        cloudfront:ListCloudFrontOriginAccessIdentities cloudfront:ListDistributions
        cloudfront:ListDistributionsByKeyGroup cloudfront:ListKeyGroups cloudfront:ListOriginAccessControls
        cloudfront:ListPublicKeys cloudfront:ListResponseHeadersPolicies cloudfront:ListStreamingDistributions
        cloudfront:ListTagsForResource cloudfront:TagResource cloudfront:UpdateKeyGroup
        route53:ListHostedZones route53:ListHostedZonesByName s3:GetAccessPoint s3:GetAccountPublicAccessBlock
        s3:ListAccessPoints tag:GetResources""",
    "cloudfront::*:distribution/": """
        cloudfront:DeleteDistribution cloudfront:GetDistribution cloudfront:GetDistributionConfig
        cloudfront:ListConflictingAliases cloudfront:ListTagsForResource cloudfront:TagResource
        cloudfront:UntagResource cloudfront:UpdateDistribution cloudfront:UpdateDomainAssociation""",
    "cloudfront::*:streaming-distribution/": """
        cloudfront:DeleteStreamingDistribution cloudfront:GetStreamingDistribution
        cloudfront:GetStreamingDistributionConfig cloudfront:TagResource cloudfront:UntagResource
        cloudfront:UpdateStreamingDistribution""",
    "cloudfront::*:origin-access-identity/": """
        cloudfront:DeleteCloudFrontOriginAccessIdentity cloudfront:GetCloudFrontOriginAccessIdentity
        cloudfront:GetCloudFrontOriginAccessIdentityConfig cloudfront:UpdateCloudFrontOriginAccessIdentity""",
    "cloudfront::*:origin-access-control/": """
        cloudfront:DeleteOriginAccessControl cloudfront:GetOriginAccessControl
        cloudfront:GetOriginAccessControlConfig cloudfront:UpdateOriginAccessControl""",
    "cloudfront::*:response-headers-policy/": """
        cloudfront:DeleteResponseHeadersPolicy cloudfront:GetResponseHeadersPolicy
        cloudfront:GetResponseHeadersPolicyConfig cloudfront:UpdateResponseHeadersPolicy""",
    "s3:::": """
        s3:CreateBucket s3:DeleteBucketPolicy s3:GetBucketAcl s3:GetBucketOwnershipControls s3:GetBucketPolicy
        s3:GetBucketPublicAccessBlock s3:GetEncryptionConfiguration s3:GetObjectAcl s3:ListBucket s3:PutBucketAcl
        s3:PutBucketOwnershipControls s3:PutBucketPolicy s3:PutBucketPublicAccessBlock s3:PutObjectAcl""",
    "s3:*:*:accesspoint/": "s3:GetAccessPointPolicy",
    "kms:*:*:key/": "kms:DescribeKey kms:GetKeyPolicy",
    "acm:us-east-1:*:certificate/": "acm:DescribeCertificate",
    "route53:::hostedzone/": "route53:ChangeResourceRecordSets route53:ListResourceRecordSets",
    "route53:::change/": "route53:GetChange",
}
"""Every action by the resource that it knows, as the beginning of an ARN; ``*`` for none."""

SEVERAL: Mapping[str, Sequence[str]] = {
    "create_distribution_with_tags": ("cloudfront:CreateDistribution", "cloudfront:TagResource"),
    "update_domain_association": ("cloudfront:UpdateDomainAssociation", "cloudfront:UpdateDistribution"),
    "create_bucket": ("s3:CreateBucket", "s3:PutBucketOwnershipControls"),
}
OTHER_NAMES: Mapping[tuple[str, str], str] = {
    ("s3", "head_bucket"): "s3:ListBucket",
    ("s3", "list_objects_v2"): "s3:ListBucket",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "put_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "get_bucket_encryption"): "s3:GetEncryptionConfiguration",
    ("s3control", "get_public_access_block"): "s3:GetAccountPublicAccessBlock",
    ("s3control", "get_access_point"): "s3:GetAccessPoint",
    ("s3control", "get_access_point_policy"): "s3:GetAccessPointPolicy",
    ("s3control", "list_access_points"): "s3:ListAccessPoints",
    ("resourcegroupstaggingapi", "get_resources"): "tag:GetResources",
}

SORTS = (
    "streaming_distribution",
    "distribution",
    "cloud_front_origin_access_identity",
    "origin_access_control",
)
NAMES = {"cloud_front_origin_access_identity": "origin-access-identity"}


def actions(call: Call) -> Sequence[str]:
    """What IAM asks for when this call comes."""
    if call.operation in SEVERAL:
        return SEVERAL[call.operation]
    name = "".join(word.capitalize() for word in call.operation.split("_"))
    return [OTHER_NAMES.get((call.service, call.operation), f"{call.service}:{name}")]


def resource(call: Call) -> str:
    """The ARN that IAM asks about; ``*`` where it asks about none."""
    params = call.params
    if call.service == "s3":
        return f"arn:aws:s3:::{params['Bucket']}" + (f"/{params['Key']}" if "Key" in params else "")
    if call.service == "route53":
        change = call.operation == "get_change"
        id_ = str(params.get("Id" if change else "HostedZoneId", "")).rpartition("/")[2]
        return f"arn:aws:route53:::{'change' if change else 'hostedzone'}/{id_}" if id_ else "*"
    for named in ("Resource", "CertificateArn"):
        if named in params:
            return str(params[named])
    return _of_cloudfront(call) or _elsewhere(call)


def _of_cloudfront(call: Call) -> str:
    sort = next((each for each in (*SORTS, "response_headers_policy") if each in call.operation), "")
    named = {**call.params, **call.params.get("TargetResource", {})}
    id_ = named.get("Id") or named.get("DistributionId")
    sort = "distribution" if "DistributionId" in named else sort
    if call.service != "cloudfront" or not sort or not id_:
        return ""
    return f"arn:aws:cloudfront::123456789012:{NAMES.get(sort, sort.replace('_', '-'))}/{id_}"


def _elsewhere(call: Call) -> str:
    if call.service == "kms":
        key = str(call.params["KeyId"])
        return key if key.startswith("arn:") else f"arn:aws:kms:us-east-1:123456789012:key/{key}"
    if call.operation == "get_access_point_policy":
        return f"arn:aws:s3:us-east-1:123456789012:accesspoint/{call.params['Name']}"
    return "*"


def refused(call: Call, policies: Sequence[Mapping[str, Any]]) -> list[str]:
    """The actions that this call needs and that none of the policies allows."""
    return [
        action for action in actions(call) if not any(_allows(policy, action, call) for policy in policies)
    ]


def _allows(policy: Mapping[str, Any], action: str, call: Call) -> bool:
    for statement in policy["Statement"]:
        if action in statement["Action"] and any(
            fnmatchcase(resource(call), pattern) for pattern in _listed(statement["Resource"])
        ):
            return True
    return False


def allowed(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every action with every resource that a policy allows it on."""
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            for pattern in _listed(statement["Resource"]):
                yield action, pattern


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def knows(action: str, pattern: str) -> bool:
    """Whether IAM knows the action at all, and on resources of that sort."""
    return any(
        action in names.split() and (pattern == start or fnmatchcase(pattern, f"arn:aws:{start}*"))
        for start, names in KNOWN.items()
    )
