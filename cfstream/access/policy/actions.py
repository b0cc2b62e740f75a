"""The only table of the S3 actions that let a requester read, list, write or manage.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
"""

from collections.abc import Mapping
from enum import StrEnum

from cfstream.access.reader import May
from cfstream.startup.frozen import dataclass


class ResourceType(StrEnum):
    """The type of an action's resource."""

    OBJECT = "object"
    BUCKET = "bucket"
    ACCESS_POINT = "access point"


@dataclass(frozen=True)
class Action:
    """An action that is relevant to access."""

    name: str
    may: May
    on: ResourceType


_TABLE: Mapping[May, Mapping[ResourceType, str]] = {
    # Each returns the content of an object or of an old version. s3:GetObject also covers GetObjectAttributes and
    # HeadObject. s3:GetObjectVersionForReplication sends the content to another bucket.
    May.READ: {
        ResourceType.OBJECT: "GetObject GetObjectVersion GetObjectTorrent GetObjectVersionTorrent"
        " GetObjectVersionForReplication",
    },
    # Each returns keys.
    May.LIST: {ResourceType.BUCKET: "ListBucket ListBucketVersions ListBucketMultipartUploads"},
    # Each changes, replaces or removes objects. Tags are included: policies can decide by s3:ExistingObjectTag.
    May.WRITE: {
        ResourceType.OBJECT: "PutObject DeleteObject DeleteObjectVersion ReplicateObject ReplicateDelete"
        " PutObjectTagging PutObjectVersionTagging DeleteObjectTagging DeleteObjectVersionTagging ReplicateTags",
        ResourceType.BUCKET: "PutLifecycleConfiguration DeleteBucket",
    },
    # Each can change who reads: directly, or by copying objects or key lists to a place with other rules.
    May.MANAGE: {
        ResourceType.OBJECT: "PutObjectAcl PutObjectVersionAcl",
        ResourceType.BUCKET: "PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutBucketPublicAccessBlock"
        " PutBucketOwnershipControls PutReplicationConfiguration PutInventoryConfiguration PutBucketLogging"
        " PutBucketNotification CreateBucketMetadataTableConfiguration"
        " UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataJournalTableConfiguration"
        " PutBucketTagging TagResource UntagResource PutBucketABAC",
        ResourceType.ACCESS_POINT: "PutAccessPointPolicy DeleteAccessPointPolicy",
    },
}

ACTIONS: Mapping[May, tuple[Action, ...]] = {
    may: tuple(
        Action(f"s3:{name}".lower(), may, on) for on, names in resources.items() for name in names.split()
    )
    for may, resources in _TABLE.items()
}


def actions(may: May, *on: ResourceType) -> tuple[Action, ...]:
    """Return the actions that count as `may`, limited to the resources `on` if any are given."""
    return tuple(each for each in ACTIONS[may] if not on or each.on in on)


DELIVERY = frozenset({"s3:putobject", "s3:getbucketacl", "s3:listbucket", "s3:getbucketlocation"})
"""Actions needed by services that deliver logs and reports (S3 User Guide, "Enabling Amazon S3 server access logging";
CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail")."""
