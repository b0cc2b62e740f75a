"""What AWS changes in a config before storing it, and the order in which it returns lists.

Pure functions from config to config; nothing is judged here. The values are those that live distributions show for
omitted fields.
"""

import random
from collections.abc import Callable
from typing import Any

from .records import Json

EMPTY: Json = {"Quantity": 0}
_NOBODY: Json = {"Enabled": False, "Quantity": 0}
_GET_HEAD: Json = {"Quantity": 2, "Items": ["HEAD", "GET"]}

# Members whose Items have no order. Not CacheBehaviors: there the first match wins.
_UNORDERED = frozenset(
    {
        "Aliases",
        "AllowedMethods",
        "CachedMethods",
        "FunctionAssociations",
        "GeoRestriction",
        "Origins",
        "OriginSslProtocols",
        "TrustedKeyGroups",
        "TrustedSigners",
    }
)


def filled(config: Json, account: str) -> Json:
    """Return a distribution's config as CloudFront stores it, with every default."""
    logging = config.get("Logging", {})
    return {
        "DefaultRootObject": "",
        "OriginGroups": EMPTY,
        "PriceClass": "PriceClass_All",
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": False,
        "ContinuousDeploymentPolicyId": "",
        "Staging": False,
        "ConnectionMode": "direct",
        **config,
        "Aliases": aliases(config.get("Aliases", EMPTY)),
        "Origins": listing(config["Origins"], _origin),
        "DefaultCacheBehavior": _behavior(config["DefaultCacheBehavior"], account),
        "CacheBehaviors": listing(config.get("CacheBehaviors", EMPTY), lambda item: _behavior(item, account)),
        "CustomErrorResponses": _error_responses(config.get("CustomErrorResponses", EMPTY)),
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": "", **logging}
        if logging.get("Enabled")
        else {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "ViewerCertificate": _viewer_certificate(config.get("ViewerCertificate", {})),
    }


def filled_streaming(config: Json, account: str) -> Json:
    """Return a streaming distribution's config as CloudFront stores it."""
    logging = config.get("Logging", {})
    return {
        "PriceClass": "PriceClass_All",
        **config,
        "Aliases": aliases(config.get("Aliases", EMPTY)),
        "Logging": logging if logging.get("Enabled") else {"Enabled": False, "Bucket": "", "Prefix": ""},
        "TrustedSigners": signers(config["TrustedSigners"], account),
    }


def listing(value: Json, each: Callable[[Any], Any] = lambda item: item) -> Json:
    """Return a quantity and its completed items; without `Items` if there are none, as AWS answers."""
    items = [each(item) for item in value.get("Items", ())]
    rest = {key: content for key, content in value.items() if key != "Items"}
    return {**rest, "Quantity": len(items), **({"Items": items} if items else {})}


def aliases(value: Json) -> Json:
    """Return aliases in lower case, because DNS names ignore case."""
    return listing(value, str.lower)


def signers(value: Json, account: str) -> Json:
    """Return trusted signers with the owner's account number written as `self`."""
    named = {"self" if item == account else item: None for item in value.get("Items", ())}
    return listing({**value, "Items": list(named)})


def _origin(origin: Json) -> Json:
    full = {
        "OriginPath": "",
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
        "OriginAccessControlId": "",
        **origin,
        "CustomHeaders": listing(origin.get("CustomHeaders", EMPTY)),
    }
    if "S3OriginConfig" in origin:
        full["S3OriginConfig"] = {"OriginReadTimeout": 30, **origin["S3OriginConfig"]}
    if "CustomOriginConfig" in origin:
        full["CustomOriginConfig"] = {
            "OriginSslProtocols": {"Quantity": 2, "Items": ["SSLv3", "TLSv1"]},
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
            **origin["CustomOriginConfig"],
        }
    return full


def _behavior(behavior: Json, account: str) -> Json:
    methods = behavior.get("AllowedMethods", _GET_HEAD)
    full = {
        "SmoothStreaming": False,
        "Compress": False,
        "FieldLevelEncryptionId": "",
        "GrpcConfig": {"Enabled": False},
        **behavior,
        "TrustedSigners": signers(behavior.get("TrustedSigners", _NOBODY), account),
        "TrustedKeyGroups": listing(behavior.get("TrustedKeyGroups", _NOBODY)),
        "AllowedMethods": {"CachedMethods": _GET_HEAD, **methods},
        "LambdaFunctionAssociations": listing(behavior.get("LambdaFunctionAssociations", EMPTY)),
        "FunctionAssociations": listing(behavior.get("FunctionAssociations", EMPTY)),
    }
    if "ForwardedValues" not in behavior:
        return {key: value for key, value in full.items() if key not in ("MinTTL", "DefaultTTL", "MaxTTL")}
    forwarded = behavior["ForwardedValues"]
    full["ForwardedValues"] = {
        **forwarded,
        "Headers": listing(forwarded.get("Headers", EMPTY)),
        "QueryStringCacheKeys": listing(forwarded.get("QueryStringCacheKeys", EMPTY)),
    }
    return {"DefaultTTL": 86400, "MaxTTL": 31536000, **full}


def _error_responses(value: Json) -> Json:
    ordered = sorted(value.get("Items", ()), key=lambda item: int(item["ErrorCode"]))
    complete = [
        {"ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 300, **item} for item in ordered
    ]
    return listing({"Items": complete})


def _viewer_certificate(certificate: Json) -> Json:
    for member, source in (("ACMCertificateArn", "acm"), ("IAMCertificateId", "iam")):
        if certificate.get(member):
            mirror = {"Certificate": certificate[member], "CertificateSource": source}
            return {"CloudFrontDefaultCertificate": False, **certificate, **mirror}
    # With CloudFront's own certificate, any minimum reads back as TLSv1.
    return {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    }


def shuffled(value: Any, draw: random.Random | None, member: str = "") -> Any:
    """Return a config with the items of its unordered lists shuffled; unchanged without `draw`."""
    if draw is None or not isinstance(value, dict):
        return value
    mixed = {key: shuffled(content, draw, key) for key, content in value.items()}
    if isinstance(value.get("Items"), list):
        items = [shuffled(item, draw) for item in value["Items"]]
        if member in _UNORDERED:
            draw.shuffle(items)
        mixed["Items"] = items
    return mixed
