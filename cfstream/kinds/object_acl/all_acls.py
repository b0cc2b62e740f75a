"""Reads the ACLs of all objects of a bucket, if ACLs are enabled."""

from dataclasses import field

from cfstream.domain import ObjectAcls
from cfstream.kinds.object_acl.observed import AclClasses, acls_of
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.scene import Scene
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class ReadAcls:
    """The ACLs of all objects. `why_not` is the reason if they were not read."""

    objects: ObjectAcls = field(default_factory=ObjectAcls)
    total: int = 0
    why_not: str = ""


def read_acls(aws: Reads, scene: Scene, bucket: LiveBucket) -> ReadAcls:
    """Return the ACL of every object of the bucket, if ACLs are enabled. Makes one call for each object."""
    if not bucket.usable:
        return ReadAcls(ObjectAcls(complete=False), why_not="the bucket is not accessible")
    if not bucket.acls_count:
        return ReadAcls(why_not="ACLs are disabled")
    classes, total = AclClasses(bucket.owner), 0
    for key, acl in acls_of(aws, scene, bucket):
        classes.add(key, acl)
        total += 1
    return ReadAcls(classes.found(complete=True), total)
