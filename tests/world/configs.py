"""Configs that CloudFront accepts, helpers to create resources, and how tests assert a refusal.

This module makes no claim about AWS. Claims are tests in the modules of `tests/contract`.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]

BUCKET = "media"
DOMAIN = f"{BUCKET}.s3.us-east-1.amazonaws.com"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0b5e2b6c-1c1a-4f3e-9a57-3f3a3f1c2d4e"
FORWARD_NOTHING: Json = {"QueryString": False, "Cookies": {"Forward": "none"}}
NONE: Json = {"Quantity": 0}
FUNCTION_CONFIG: Json = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
NOBODY: Json = {"Enabled": False, "Quantity": 0}


@contextmanager
def refused(code: str, status: int, words: str = "") -> Iterator[None]:
    """Assert that the block is refused with this code and status, and these words in the message."""
    with pytest.raises(ClientError) as caught:
        yield
    response: Json = dict(caught.value.response)
    found = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
    assert found == (code, status), response["Error"]["Message"]
    assert words in response["Error"]["Message"]


def listing(*items: Any) -> Json:
    """Return items with their quantity."""
    return {"Quantity": len(items), **({"Items": list(items)} if items else {})}


def origin(**changes: Any) -> Json:
    """Return an origin that names the bucket, without an origin access."""
    return {"Id": "s3", "DomainName": DOMAIN, "S3OriginConfig": {"OriginAccessIdentity": ""}, **changes}


def behavior(**changes: Any) -> Json:
    """Return the smallest default cache behavior that a create accepts."""
    return {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_OPTIMIZED,
        **changes,
    }


def legacy_behavior(**changes: Any) -> Json:
    """Return a default cache behavior with forwarded values instead of a cache policy."""
    without_policy = {key: value for key, value in behavior().items() if key != "CachePolicyId"}
    return {**without_policy, "ForwardedValues": FORWARD_NOTHING, "MinTTL": 0, **changes}


def config(reference: str = "one", **changes: Any) -> Json:
    """Return the smallest config of a distribution that a create accepts."""
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Origins": listing(origin()),
        "DefaultCacheBehavior": behavior(),
        **changes,
    }


def with_certificate(*aliases: str, reference: str = "one", **changes: Any) -> Json:
    """Return a distribution's config with aliases and a custom certificate."""
    certificate = {
        "ACMCertificateArn": CERTIFICATE,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    return config(reference, Aliases=listing(*aliases), ViewerCertificate=certificate, **changes)


def streaming_config(reference: str = "one", **changes: Any) -> Json:
    """Return the smallest config of a streaming distribution that a create accepts."""
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "S3Origin": {"DomainName": f"{BUCKET}.s3.amazonaws.com", "OriginAccessIdentity": ""},
        "TrustedSigners": NOBODY,
        **changes,
    }


def make(cloudfront: Any, sent: Json | None = None) -> Any:
    """Create a distribution. Return it with its ETag."""
    created = cloudfront.create_distribution(DistributionConfig=sent or config())
    return {**created["Distribution"], "ETag": created["ETag"]}


def make_streaming(cloudfront: Any, sent: Json | None = None) -> Any:
    """Create a streaming distribution. Return it with its ETag."""
    created = cloudfront.create_streaming_distribution(StreamingDistributionConfig=sent or streaming_config())
    return {**created["StreamingDistribution"], "ETag": created["ETag"]}


def update(cloudfront: Any, distribution_id: str, **changes: Any) -> Any:
    """Update the current config with these changes, and return the reply."""
    live = cloudfront.get_distribution_config(Id=distribution_id)
    changed = {**live["DistributionConfig"], **changes}
    return cloudfront.update_distribution(
        Id=distribution_id, IfMatch=live["ETag"], DistributionConfig=changed
    )


def update_streaming(cloudfront: Any, distribution_id: str, **changes: Any) -> Any:
    """Do the same for a streaming distribution."""
    live = cloudfront.get_streaming_distribution_config(Id=distribution_id)
    changed = {**live["StreamingDistributionConfig"], **changes}
    return cloudfront.update_streaming_distribution(
        Id=distribution_id, IfMatch=live["ETag"], StreamingDistributionConfig=changed
    )


@functools.cache
def rsa_pem(bits: int = 2048) -> str:
    """Return an RSA public key in PEM, without a final newline."""
    return _pem(rsa.generate_private_key(65537, bits).public_key())


def ecdsa_pem(curve: ec.EllipticCurve | None = None) -> str:
    """Return a new ECDSA public key in PEM, by default on P-256."""
    return _pem(ec.generate_private_key(curve or ec.SECP256R1()).public_key())


def _pem(key: Any) -> str:
    encoded: bytes = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode().strip()


def key_config(name: str = "first", **changes: Any) -> Json:
    """Return a public key's config, with a new ECDSA key."""
    return {"CallerReference": name, "Name": name, "EncodedKey": ecdsa_pem(), **changes}


def make_key(cloudfront: Any, name: str = "first", **changes: Any) -> str:
    """Create a public key and return its id."""
    created = cloudfront.create_public_key(PublicKeyConfig=key_config(name, **changes))
    return str(created["PublicKey"]["Id"])


def make_group(cloudfront: Any, name: str, *keys: str) -> str:
    """Create a key group and return its id."""
    created = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": list(keys)})
    return str(created["KeyGroup"]["Id"])


def signers(*groups: str) -> Json:
    """Return TrustedKeyGroups, or TrustedSigners, with these entries."""
    return {"Enabled": bool(groups), **listing(*groups)}


def make_identity(cloudfront: Any, reference: str = "one", comment: str = "") -> Any:
    """Create an origin access identity. Return it with its ETag."""
    sent = {"CallerReference": reference, "Comment": comment}
    created = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=sent)
    return {**created["CloudFrontOriginAccessIdentity"], "ETag": created["ETag"]}


def control_config(name: str = "one", **changes: Any) -> Json:
    """Return an origin access control's config for S3."""
    return {
        "Name": name,
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
        **changes,
    }


def make_control(cloudfront: Any, name: str = "one", **changes: Any) -> Any:
    """Create an origin access control. Return it with its ETag."""
    created = cloudfront.create_origin_access_control(
        OriginAccessControlConfig=control_config(name, **changes)
    )
    return {**created["OriginAccessControl"], "ETag": created["ETag"]}


def make_function(cloudfront: Any, name: str = "rewrite", *, published: bool = True) -> str:
    """Create a CloudFront function, published if asked, and return its ARN."""
    code = b"function handler(event) { return event.request; }"
    created = cloudfront.create_function(Name=name, FunctionConfig=FUNCTION_CONFIG, FunctionCode=code)
    if published:
        cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
    return str(created["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])


def associated(arn: str, event: str = "viewer-request") -> Json:
    """Return an association of a CloudFront function with an event."""
    return {"EventType": event, "FunctionARN": arn}


def behavior_of(config: Json, path: str) -> Json:
    """Return the behavior with this path pattern; the default one for the empty path."""
    if not path:
        default: Json = config["DefaultCacheBehavior"]
        return default
    named: Json = next(one for one in config["CacheBehaviors"]["Items"] if one["PathPattern"] == path)
    return named


def paths(config: Json) -> list[str]:
    """Return the path patterns of a config, in order."""
    return [one["PathPattern"] for one in config["CacheBehaviors"].get("Items", [])]


def add_behavior(path: str, *, first: bool = False, **fields: Any) -> Callable[[Json], None]:
    """Return an edit that adds a behavior like the default one, except for `fields`."""

    def change(config: Json) -> None:
        behavior = {**config["DefaultCacheBehavior"], "PathPattern": path, **fields}
        live = config["CacheBehaviors"].get("Items", [])
        config["CacheBehaviors"] = listing(*([behavior, *live] if first else [*live, behavior]))

    return change


def set_to(**fields: Any) -> Callable[[Json], None]:
    """Return an edit of fields at the top level of the config."""
    return lambda config: config.update(fields)
