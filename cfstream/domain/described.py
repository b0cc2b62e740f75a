"""The members of a configuration for which the spec has a field, or a command has words of its own.

Import lists every other member as it is.
"""

TOP = frozenset(
    {
        "CallerReference",
        "Comment",
        "Enabled",
        "Aliases",
        "DefaultRootObject",
        "Origins",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "Logging",
        "PriceClass",
        "ViewerCertificate",
        "IsIPV6Enabled",
        "OriginGroups",
        "CustomErrorResponses",
        "Restrictions",
        "WebACLId",
        "S3Origin",
        "TrustedSigners",
    }
)

ORIGIN = frozenset(
    {
        "Id",
        "DomainName",
        "OriginPath",
        "CustomHeaders",
        "OriginAccessControlId",
        "OriginAccessIdentity",
        "S3OriginConfig",
    }
)

BEHAVIOR = frozenset(
    {
        "PathPattern",
        "TargetOriginId",
        "TrustedSigners",
        "TrustedKeyGroups",
        "ViewerProtocolPolicy",
        "AllowedMethods",
        "Compress",
        "LambdaFunctionAssociations",
        "FunctionAssociations",
        "CachePolicyId",
        "ForwardedValues",
        "MinTTL",
        "DefaultTTL",
        "MaxTTL",
    }
)
