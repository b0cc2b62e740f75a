"""Reads the ACLs of all objects of a bucket, if ACLs are enabled."""

from dataclasses import field
from itertools import chain

from cfstream.domain import ObjectAcls
from cfstream.kinds.object_acl.observed import AclClasses, acls_of
from cfstream.kinds.object_acl.sample import chosen_keys
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.scene import Scene
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class ReadAcls:
    """The ACLs of all objects. `why_not` is the reason if they were not read."""

    objects: ObjectAcls = field(default_factory=ObjectAcls)
    total: int = 0
    sampled: bool = False
    """Whether the bucket has more objects than were read."""
    why_not: str = ""


def read_acls(aws: Reads, scene: Scene, bucket: LiveBucket, also: str | None = None) -> ReadAcls:
    """Return the ACLs of the bucket's objects, if ACLs are enabled; of a large bucket those of a sample.

    `also` is a key that is read in any case. Makes one call for each object that is read.
    """
    if not bucket.usable:
        return ReadAcls(ObjectAcls(complete=False), why_not="the bucket is not accessible")
    if not bucket.acls_count:
        return ReadAcls(why_not="ACLs are disabled")
    classes, total = AclClasses(bucket.owner), 0
    chosen = chosen_keys(aws, scene, bucket)
    keys = (
        chain([also], (key for key in chosen.keys if key != also)) if also and chosen.sampled else chosen.keys
    )
    for key, acl in acls_of(aws, scene, bucket, keys):
        classes.add(key, acl)
        total += 1
    return ReadAcls(classes.found(complete=not chosen.sampled), total, chosen.sampled)
