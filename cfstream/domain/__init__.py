"""Live AWS resources, parsed once from AWS's replies into frozen values. Pure.

Only this package and the sandbox know how CloudFront represents a distribution. Other packages use these values. They
keep the raw document, because an update sends the whole document back.
"""

from cfstream.domain.bucket import AccessPoint, AclGrant, Block, BucketState, ObjectAcls, ObjectClass
from cfstream.domain.deciding import deciding
from cfstream.domain.delivery import Delivery
from cfstream.domain.distribution import (
    CacheBehavior,
    Distribution,
    EdgeFunction,
    ErrorPage,
    LiveDistribution,
    Origin,
    OriginKind,
    Signers,
    bucket_of,
)
from cfstream.domain.listing import counted, items, without_counts
from cfstream.domain.mark import ACL_TAG, NAME_TAG, Mark
from cfstream.domain.parse import (
    distribution_from_config,
    distribution_from_reply,
    distribution_from_row,
)
from cfstream.domain.path_pattern import PathPattern, with_pattern

__all__ = [
    "ACL_TAG",
    "NAME_TAG",
    "AccessPoint",
    "AclGrant",
    "Block",
    "BucketState",
    "CacheBehavior",
    "Delivery",
    "Distribution",
    "EdgeFunction",
    "ErrorPage",
    "LiveDistribution",
    "Mark",
    "ObjectAcls",
    "ObjectClass",
    "Origin",
    "OriginKind",
    "PathPattern",
    "Signers",
    "bucket_of",
    "counted",
    "deciding",
    "distribution_from_config",
    "distribution_from_reply",
    "distribution_from_row",
    "items",
    "with_pattern",
    "without_counts",
]
