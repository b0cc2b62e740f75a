"""The kinds of resource that cfstream knows, in the order in which they depend on each other: read it downwards."""

from typing import Any

from cfstream.kinds.bucket import BucketKind
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.distribution import DistributionKind
from cfstream.kinds.dns_record import DnsRecordKind
from cfstream.kinds.key_group import KeyGroupKind
from cfstream.kinds.kind import Kind
from cfstream.kinds.object_acl import ObjectAclKind
from cfstream.kinds.origin_access_control import OriginAccessControlKind
from cfstream.kinds.origin_access_identity import OriginAccessIdentityKind
from cfstream.kinds.public_key import PublicKeyKind
from cfstream.kinds.response_headers_policy import ResponseHeadersPolicyKind
from cfstream.kinds.streaming_distribution import StreamingDistributionKind

KINDS: tuple[Kind[Any, Any], ...] = (
    BucketKind(),
    OriginAccessIdentityKind(),
    OriginAccessControlKind(),
    PublicKeyKind(),
    KeyGroupKind(),
    ResponseHeadersPolicyKind(),
    DistributionKind(),
    StreamingDistributionKind(),
    BucketPolicyKind(),
    ObjectAclKind(),
    DnsRecordKind(),
)
"""A new kind is a new file and a name here."""
