"""The kinds of resource that cfstream knows, in the order in which they depend on each other: read it downwards."""

from typing import Any

from cfstream.kinds.bucket import BucketKind
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.distribution import Distributions
from cfstream.kinds.key_group import KeyGroups
from cfstream.kinds.kind import Kind
from cfstream.kinds.object_acl import ObjectAclKind
from cfstream.kinds.origin_access_control import OriginAccessControls
from cfstream.kinds.origin_access_identity import OriginAccessIdentities
from cfstream.kinds.public_key import PublicKeys
from cfstream.kinds.streaming_distribution import StreamingDistributions

KINDS: tuple[Kind[Any, Any], ...] = (
    BucketKind(),
    OriginAccessIdentities(),
    OriginAccessControls(),
    PublicKeys(),
    KeyGroups(),
    Distributions(),
    StreamingDistributions(),
    BucketPolicyKind(),
    ObjectAclKind(),
)
"""A new kind is a new file and a name here."""
