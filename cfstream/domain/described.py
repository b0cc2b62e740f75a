"""The members of a configuration that a field of the spec or a command describes.

Import lists all other members unchanged.
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
