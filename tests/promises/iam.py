"""The parts of IAM that the policies of `cfstream permissions` need: contexts of actions, and what a policy allows.

The tables are from the Service Authorization Reference and share nothing with cfstream.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from cfstream.ports import Call

Policy: TypeAlias = Mapping[str, Any]

RECORDS = "route53:ChangeResourceRecordSets"
KEYS: Mapping[str, str] = {
    "aws:ResourceTag/": """
        cloudfront:DeleteDistribution cloudfront:DeleteStreamingDistribution cloudfront:TagResource
        cloudfront:UntagResource cloudfront:UpdateDistribution cloudfront:UpdateDomainAssociation
        cloudfront:UpdateStreamingDistribution""",
    "aws:RequestTag/": """
        cloudfront:CreateDistribution cloudfront:CreateStreamingDistributionWithTags cloudfront:TagResource""",
    RECORDS: RECORDS,
    "iam:PassedToService": "iam:PassRole",
}
"""Every condition key, as its beginning, with the actions that know it."""

KNOWN: Mapping[str, str] = {
    "*": """
        acm:ListCertificates cloudfront:CreateCloudFrontOriginAccessIdentity cloudfront:CreateDistribution
        cloudfront:CreateKeyGroup cloudfront:CreateOriginAccessControl cloudfront:CreatePublicKey
        cloudfront:CreateResponseHeadersPolicy cloudfront:CreateStreamingDistributionWithTags
        cloudfront:DeleteKeyGroup cloudfront:DeletePublicKey cloudfront:GetKeyGroup cloudfront:GetKeyGroupConfig
        cloudfront:GetPublicKey cloudfront:GetPublicKeyConfig cloudfront:ListCachePolicies
        cloudfront:ListOriginRequestPolicies
        cloudfront:ListCloudFrontOriginAccessIdentities cloudfront:ListDistributions
        cloudfront:ListDistributionsByKeyGroup cloudfront:ListFunctions cloudfront:ListKeyGroups
        cloudfront:ListOriginAccessControls
        cloudfront:ListPublicKeys cloudfront:ListResponseHeadersPolicies cloudfront:ListStreamingDistributions
        cloudfront:ListTagsForResource cloudfront:TagResource cloudfront:UpdateKeyGroup
        route53:ListHostedZones route53:ListHostedZonesByName s3:CreateJob s3:ListJobs s3:GetAccessPoint
        s3:GetAccountPublicAccessBlock
        s3:ListAllMyBuckets
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
    "cloudfront::*:function/": "cloudfront:DescribeFunction",
    "cloudfront::*:response-headers-policy/": """
        cloudfront:DeleteResponseHeadersPolicy cloudfront:GetResponseHeadersPolicy
        cloudfront:GetResponseHeadersPolicyConfig cloudfront:UpdateResponseHeadersPolicy""",
    "s3:::": """
        s3:CreateBucket s3:DeleteBucketPolicy s3:GetBucketAcl s3:GetBucketOwnershipControls s3:GetBucketPolicy
        s3:GetBucketPublicAccessBlock s3:GetEncryptionConfiguration s3:GetInventoryConfiguration s3:GetObject
        s3:GetObjectAcl s3:ListBucket
        s3:PutBucketAcl
        s3:PutBucketOwnershipControls s3:PutBucketPolicy s3:PutBucketPublicAccessBlock s3:PutObject
        s3:PutObjectAcl""",
    "s3:*:*:accesspoint/": "s3:GetAccessPointPolicy",
    "s3:*:*:job/": "s3:DescribeJob s3:UpdateJobStatus",
    "iam::*:role/": "iam:GetRole iam:PassRole iam:SimulatePrincipalPolicy",
    "kms:*:*:key/": "kms:DescribeKey kms:GetKeyPolicy",
    "acm:us-east-1:*:certificate/": "acm:DescribeCertificate",
    "wafv2:us-east-1:*:global/webacl/": "wafv2:GetWebACL",
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
    ("wafv2", "get_web_acl"): "wafv2:GetWebACL",
    ("s3", "head_bucket"): "s3:ListBucket",
    ("s3", "list_buckets"): "s3:ListAllMyBuckets",
    ("s3", "list_objects_v2"): "s3:ListBucket",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "put_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "get_bucket_encryption"): "s3:GetEncryptionConfiguration",
    ("s3control", "get_public_access_block"): "s3:GetAccountPublicAccessBlock",
    ("s3control", "get_access_point"): "s3:GetAccessPoint",
    ("s3control", "get_access_point_policy"): "s3:GetAccessPointPolicy",
    ("s3control", "list_access_points"): "s3:ListAccessPoints",
    ("s3control", "create_job"): "s3:CreateJob",
    ("s3control", "describe_job"): "s3:DescribeJob",
    ("s3control", "list_jobs"): "s3:ListJobs",
    ("s3control", "update_job_status"): "s3:UpdateJobStatus",
    ("resourcegroupstaggingapi", "get_resources"): "tag:GetResources",
}

RESOURCE_TYPES = (
    "streaming_distribution",
    "distribution",
    "cloud_front_origin_access_identity",
    "origin_access_control",
)
NAMES = {"cloud_front_origin_access_identity": "origin-access-identity"}


def actions(call: Call) -> Sequence[str]:
    """Return the actions that IAM checks for this call. GetCallerIdentity is never denied (STS API Reference)."""
    if call.operation == "get_caller_identity":
        return []
    if call.operation in SEVERAL:
        return SEVERAL[call.operation]
    name = "".join(word.capitalize() for word in call.operation.split("_"))
    return [OTHER_NAMES.get((call.service, call.operation), f"{call.service}:{name}")]


def resource(call: Call) -> str:
    """Return the ARN that IAM checks; ``*`` if it checks none."""
    params = call.params
    if call.operation == "list_buckets":
        return "*"
    if call.service == "s3":
        return f"arn:aws:s3:::{params['Bucket']}" + (f"/{params['Key']}" if "Key" in params else "")
    if call.service == "route53":
        change = call.operation == "get_change"
        id_ = str(params.get("Id" if change else "HostedZoneId", "")).rpartition("/")[2]
        return f"arn:aws:route53:::{'change' if change else 'hostedzone'}/{id_}" if id_ else "*"
    if call.service == "wafv2":
        return f"arn:aws:wafv2:us-east-1:123456789012:global/webacl/{params['Name']}/{params['Id']}"
    for named in ("Resource", "CertificateArn"):
        if named in params:
            return str(params[named])
    return _of_cloudfront(call) or _elsewhere(call)


def _of_cloudfront(call: Call) -> str:
    sort = next((each for each in (*RESOURCE_TYPES, "response_headers_policy") if each in call.operation), "")
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
    if call.operation == "describe_function":
        return f"arn:aws:cloudfront::123456789012:function/{call.params['Name']}"
    if call.service == "iam":
        params = call.params
        return params.get("PolicySourceArn") or f"arn:aws:iam::123456789012:role/{params['RoleName']}"
    if "JobId" in call.params:
        return f"arn:aws:s3:us-east-1:123456789012:job/{call.params['JobId']}"
    if call.operation == "get_access_point_policy":
        return f"arn:aws:s3:us-east-1:123456789012:accesspoint/{call.params['Name']}"
    return "*"


def refused(call: Call, policies: Sequence[Policy], tags: Mapping[str, str] | None = None) -> list[str]:
    """Return the actions that this call needs and that no policy allows. `tags` are those of its resource."""
    return [
        action
        for action in actions(call)
        if not any(_allows(policy, action, call, tags or {}) for policy in policies)
    ]


def _allows(policy: Policy, action: str, call: Call, tags: Mapping[str, str]) -> bool:
    keys = context(call, tags)
    return any(
        action in statement["Action"]
        and any(fnmatchcase(resource(call), pattern) for pattern in _listed(statement["Resource"]))
        and all(_holds(*test, keys) for test in _tests(statement))
        for statement in policy["Statement"]
    )


def context(call: Call, tags: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the condition keys of a request, with their values: tags, and the changes of a batch of records."""
    keys = {f"aws:ResourceTag/{key}": [value] for key, value in tags.items()}
    sent = call.params
    for name in ("DistributionConfigWithTags", "StreamingDistributionConfigWithTags"):
        sent = sent.get(name, sent)
    if "Tags" in sent:
        keys |= {f"aws:RequestTag/{tag['Key']}": [tag["Value"]] for tag in sent["Tags"]["Items"]}
    if call.operation == "change_resource_record_sets":
        changes = call.params["ChangeBatch"]["Changes"]
        records = [each["ResourceRecordSet"] for each in changes]
        keys[f"{RECORDS}Actions"] = [each["Action"] for each in changes]
        keys[f"{RECORDS}RecordTypes"] = [each["Type"] for each in records]
        keys[f"{RECORDS}NormalizedRecordNames"] = [normalized(each["Name"]) for each in records]
    return keys


def normalized(name: str) -> str:
    """Return a record's name in the form that Route 53 gives to IAM."""
    plain = name.lower().rstrip(".")
    return re.sub(r"[^a-z0-9_.\\-]", lambda found: f"\\{ord(found[0]):03o}", plain)


def _tests(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, tests in statement.get("Condition", {}).items():
        for key, values in tests.items():
            yield operator, key, _listed(values)


def _holds(operator: str, key: str, values: Sequence[str], keys: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a condition holds (IAM User Guide, "Condition operators", "Multivalued context keys")."""
    found = keys.get(key)
    match operator:
        case "StringEquals":
            return found is not None and found[0] in values
        case "StringEqualsIfExists":
            return found is None or found[0] in values
        case "ForAllValues:StringEquals":
            return {*(found or ())} <= {*values}
    raise AssertionError(f"{operator} is not modelled here")


def unsupported(policy: Policy) -> list[tuple[str, str]]:
    """Return the actions with a condition key that they do not have: IAM would never, or always, match it."""
    return [
        (action, key)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for _, key, _ in _tests(statement)
        if not any(action in names.split() for start, names in KEYS.items() if key.startswith(start))
    ]


def allowed(policy: Policy) -> Iterator[tuple[str, str]]:
    """Return every action with every resource on which a policy allows it."""
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            for pattern in _listed(statement["Resource"]):
                yield action, pattern


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def has_action(action: str, pattern: str) -> bool:
    """Return whether IAM has the action, and for this type of resource."""
    return any(
        action in names.split() and (pattern == start or fnmatchcase(pattern, f"arn:aws:{start}*"))
        for start, names in KNOWN.items()
    )
