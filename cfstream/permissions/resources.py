"""What IAM can limit an action to, for one spec in one place: ARNs, tags, and names of records.

IAM knows the tags of a distribution (``aws:ResourceTag``), and the tags that a request sets (``aws:RequestTag``). Keys,
key groups, origin access controls and identities, and policies have no tags (Service Authorization Reference, "Actions,
resources, and condition keys for Amazon CloudFront").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cfstream.domain import Delivery
from cfstream.spec.model import Spec


class On(StrEnum):
    """What an action is allowed on. The values name the statements of the policy."""

    BUCKET = "Bucket"
    OBJECTS = "Objects"
    LOGS = "LogBucket"
    ACCESS_POINTS = "AccessPoints"
    KEYS = "EncryptionKeys"
    SEEN = "SeenDistribution"
    """To read: the distribution that the spec adopts, or any while its id is not known."""
    OWN = "OwnDistribution"
    """To change: only with the stack's tag, or the one that the spec adopts, unless it has another stack's tag."""
    OWN_TAGS = "OwnTags"
    """To tag the same: never with another stack's name."""
    OTHER_SEEN = "SeenOfOtherDelivery"
    """To read before it is destroyed: a distribution of the delivery that the spec does not have."""
    OTHER = "OwnOfOtherDelivery"
    """To destroy the same: only with the stack's tag."""
    NEW = "NewDistribution"
    """To create: only with the stack's tag in the same request."""
    NEW_TAGS = "NewTags"
    """To tag in the creating request: IAM checks it as an action of its own."""
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
    other = next(each for each in Delivery if each.kind != own).kind
    certificate = spec.http.certificate
    known = {
        On.BUCKET: f"{start}:s3:::{spec.bucket.name}",
        On.OBJECTS: f"{start}:s3:::{spec.bucket.name}/*",
        On.LOGS: f"{start}:s3:::{spec.logging.bucket if spec.logging else ''}",
        On.ACCESS_POINTS: f"{start}:s3:{region}:{place.account}:accesspoint/*",
        On.KEYS: f"{start}:kms:{region}:{place.account}:key/*",
        **dict.fromkeys((On.SEEN, On.OWN, On.OWN_TAGS), f"{cloudfront}:{own}/{spec.adopt or '*'}"),
        **dict.fromkeys((On.OTHER_SEEN, On.OTHER), f"{cloudfront}:{other}/*"),
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


Conditions: TypeAlias = Mapping[tuple[str, str], frozenset[str]]
"""The values that an operator and a key are compared with; all must hold."""

_TAGGED, _TAGGING = "aws:ResourceTag/cfstream:name", "aws:RequestTag/cfstream:name"
_RECORDS = "route53:ChangeResourceRecordSets"


def conditions(on: On, spec: Spec) -> Conditions:
    """What must hold beside the ARN, so that this spec's policy allows nothing on what is another stack's.

    ``IfExists`` also accepts what has no such tag: an adopted distribution before it gets the tag, and a new one. To
    IAM, tagging in a creating request and tagging an existing distribution look the same. So `NEW_TAGS` allows to tag
    one that has no name yet, but not to give another name to one that has.
    """
    name = frozenset({spec.name})
    own = {("StringEqualsIfExists" if spec.adopt else "StringEquals", _TAGGED): name}
    every = "ForAllValues:StringEquals"
    of: dict[On, Conditions] = {
        On.OWN: own,
        On.OWN_TAGS: {**own, ("StringEqualsIfExists", _TAGGING): name},
        On.OTHER: {("StringEquals", _TAGGED): name},
        On.NEW: {("StringEquals", _TAGGING): name},
        On.NEW_TAGS: {("StringEquals", _TAGGING): name, ("StringEqualsIfExists", _TAGGED): name},
        On.RECORDS: {
            # UPSERT would overwrite the records of others.
            (every, f"{_RECORDS}Actions"): frozenset({"CREATE", "DELETE"}),
            (every, f"{_RECORDS}RecordTypes"): frozenset({"A", "AAAA"}),
            (every, f"{_RECORDS}NormalizedRecordNames"): frozenset(map(_normalized, spec.cnames or ())),
        },
    }
    return of.get(on, {})


def _normalized(name: str) -> str:
    """A record's name as IAM compares it: lower case, no dot at the end, ``*`` as its octal code.

    Source: Route 53 Developer Guide, "Using IAM policy conditions for fine-grained access control".
    """
    return name.lower().rstrip(".").replace("*", "\\052")
