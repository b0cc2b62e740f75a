"""The kinds of resources that cfstream manages: one package or module for each, and nothing else.

Code that several kinds use is in `stack`.
"""

from typing import Any

from cfstream.kinds.bucket import BucketKind
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.distribution import DistributionKind
from cfstream.kinds.dns_record import DnsRecordKind
from cfstream.kinds.function import FunctionKind
from cfstream.kinds.key_group import KeyGroupKind
from cfstream.kinds.object_acl import ObjectAclKind
from cfstream.kinds.origin_access_control import OriginAccessControlKind
from cfstream.kinds.origin_access_identity import OriginAccessIdentityKind
from cfstream.kinds.public_key import PublicKeyKind
from cfstream.kinds.response_headers_policy import ResponseHeadersPolicyKind
from cfstream.kinds.streaming_distribution import StreamingDistributionKind
from cfstream.stack.kind import Kind

KINDS: tuple[Kind[Any, Any], ...] = (
    BucketKind(),
    OriginAccessIdentityKind(),
    OriginAccessControlKind(),
    PublicKeyKind(),
    KeyGroupKind(),
    ResponseHeadersPolicyKind(),
    FunctionKind(),
    DistributionKind(),
    StreamingDistributionKind(),
    BucketPolicyKind(),
    ObjectAclKind(),
    DnsRecordKind(),
)
"""Each kind comes after those that it depends on. A new kind is a new package and an entry here."""
