"""The members of a configuration that have a field outside ``http``, and those that only commands show.

`import` lists all members beside these and those of the fields under ``http`` in a comment, as settings that stay as
they are.
"""

from cfstream.domain.document import LEGACY_CACHING
from cfstream.domain.new_document import new_config, new_streaming_config

TOP = frozenset({*new_config("", "", ""), *new_streaming_config("", "")})

ORIGIN = frozenset(
    {
        "Id",
        "DomainName",
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
        *LEGACY_CACHING,
    }
)
