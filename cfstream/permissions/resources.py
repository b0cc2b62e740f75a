"""The resources that IAM can narrow an action to, and their ARNs for one spec in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cfstream.domain import Delivery
from cfstream.spec.model import Spec


class On(StrEnum):
    """What an action is allowed on. The values name the statements of the policy."""

    BUCKET = "Bucket"
    OBJECTS = "Objects"
    LOGS = "LogBucket"
    ACCESS_POINTS = "AccessPoints"
    KEYS = "EncryptionKeys"
    DISTRIBUTIONS = "Distributions"
    STREAMING = "StreamingDistributions"
    OWN = "Distribution"
    """The one that the spec adopts, or any while its id is not known."""
    IDENTITIES = "Identities"
    CONTROLS = "Controls"
    HEADERS = "HeadersPolicies"
    CERTIFICATES = "Certificates"
    ZONES = "Zones"
    RECORDS = "Records"
    CHANGES = "Changes"
    ANYTHING = "NotNarrower"
    """Where IAM knows no resource, and takes nothing but ``*``."""


@dataclass(frozen=True)
class Place:
    """Where a policy is to hold."""

    account: str = "*"
    """In an ARN ``*`` stands for any account; what IAM gives to somebody ends at his own all the same."""
    partition: str = "aws"


def arns(on: On, spec: Spec, place: Place) -> tuple[str, ...]:
    """The ARNs of a sort of resource, as far as the spec tells; ``*`` where it or IAM knows no better."""
    start = f"arn:{place.partition}"
    region = spec.bucket.region or "*"
    cloudfront = f"{start}:cloudfront::{place.account}"
    own = Delivery(spec.delivery).kind
    certificate = spec.http.certificate
    known = {
        On.BUCKET: f"{start}:s3:::{spec.bucket.name}",
        On.OBJECTS: f"{start}:s3:::{spec.bucket.name}/*",
        On.LOGS: f"{start}:s3:::{spec.logging.bucket if spec.logging else ''}",
        On.ACCESS_POINTS: f"{start}:s3:{region}:{place.account}:accesspoint/*",
        On.KEYS: f"{start}:kms:{region}:{place.account}:key/*",
        On.DISTRIBUTIONS: f"{cloudfront}:distribution/*",
        On.STREAMING: f"{cloudfront}:{Delivery.RTMP.kind}/*",
        On.OWN: f"{cloudfront}:{own}/{spec.adopt or '*'}",
        On.IDENTITIES: f"{cloudfront}:origin-access-identity/*",
        On.CONTROLS: f"{cloudfront}:origin-access-control/*",
        On.HEADERS: f"{cloudfront}:response-headers-policy/*",
        On.CERTIFICATES: f"{start}:acm:us-east-1:{place.account}:certificate/*"
        if certificate == "auto"
        else certificate,
        On.ZONES: f"{start}:route53:::hostedzone/*",
        On.RECORDS: f"{start}:route53:::hostedzone/*",
        On.CHANGES: f"{start}:route53:::change/*",
    }
    return (known.get(on, "*"),)


CONDITIONS: Mapping[On, Mapping[str, Any]] = {
    On.RECORDS: {
        "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"]}
    }
}
"""What more is asked. UPSERT, which overwrites records of others, is never sent."""
