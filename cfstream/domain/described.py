"""The members of a configuration that a spec can have as a field, and those that only commands show.

`import` lists all other members in a comment, as settings that stay as they are.
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
