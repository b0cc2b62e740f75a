"""The initial configuration of a new distribution, before the spec's fields are set."""

from typing import Any

from cfstream.domain.document import READING
from cfstream.domain.listing import counted


def new_config(reference: str, origin_domain: str, cache_policy: str) -> dict[str, Any]:
    """Return the configuration of a new standard distribution.

    It has every member that an update requires, although a create does not (Developer Guide, "Required fields for
    creating and updating distributions"), so the new distribution's document can be sent back.
    """
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Aliases": counted(()),
        "DefaultRootObject": "",
        "Origins": counted([_origin(origin_domain)]),
        "OriginGroups": counted(()),
        "DefaultCacheBehavior": _default_behavior(cache_policy),
        "CacheBehaviors": counted(()),
        "CustomErrorResponses": counted(()),
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_All",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "WebACLId": "",
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", **counted(())}},
    }


def new_streaming_config(reference: str, bucket: str) -> dict[str, Any]:
    """Return the configuration of a new streaming distribution.

    RTMP documents use the bucket's global name (Developer Guide of 2020, values of an RTMP distribution).
    """
    return {
        "CallerReference": reference,
        "S3Origin": {"DomainName": f"{bucket}.s3.amazonaws.com", "OriginAccessIdentity": ""},
        "Aliases": counted(()),
        "Comment": "",
        "Logging": {"Enabled": False, "Bucket": "", "Prefix": ""},
        "TrustedSigners": {"Enabled": False, **counted(())},
        "PriceClass": "PriceClass_All",
        "Enabled": True,
    }


def _origin(domain: str) -> dict[str, Any]:
    return {
        "Id": "s3",
        "DomainName": domain,
        "OriginPath": "",
        "CustomHeaders": counted(()),
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": "",
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
    }


def _default_behavior(cache_policy: str) -> dict[str, Any]:
    return {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": {**counted(READING), "CachedMethods": counted(("GET", "HEAD"))},
        "TrustedSigners": {"Enabled": False, **counted(())},
        "TrustedKeyGroups": {"Enabled": False, **counted(())},
        "SmoothStreaming": False,
        "Compress": True,
        "FieldLevelEncryptionId": "",
        "LambdaFunctionAssociations": counted(()),
        "FunctionAssociations": counted(()),
        "CachePolicyId": cache_policy,
    }
