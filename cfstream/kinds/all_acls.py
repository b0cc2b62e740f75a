"""The ACLs of all objects of a bucket, as far as ACLs have any effect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from cfstream.domain import ObjectAcls
from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.kinds.bucket import LiveBucket, bucket_call
from cfstream.kinds.kind import Scene
from cfstream.kinds.object_grants import CHUNK, AclClasses
from cfstream.ports import Answer, Reads


@dataclass(frozen=True)
class ReadAcls:
    """The ACLs of all objects. `why_not` is why they do not matter, if they were not read."""

    objects: ObjectAcls = field(default_factory=ObjectAcls)
    total: int = 0
    why_not: str = ""


def read_acls(aws: Reads, scene: Scene, bucket: LiveBucket) -> ReadAcls:
    """Return the ACL of every object of the bucket, where ACLs have any effect. Makes one call for each object."""
    if not bucket.usable:
        return ReadAcls(ObjectAcls(complete=False), why_not="the bucket is not accessible")
    if not bucket.acls_count:
        return ReadAcls(why_not="ACLs are disabled")
    classes, total = AclClasses(bucket.owner), 0
    keys = _keys(aws, scene, bucket)
    while chunk := list(islice(keys, CHUNK)):
        calls = [bucket_call(scene, "get_object_acl", bucket.region, Key=key) for key in chunk]
        total += _add(classes, chunk, aws.together(calls))
    return ReadAcls(classes.found(complete=True), total)


def _keys(aws: Reads, scene: Scene, bucket: LiveBucket) -> Iterator[str]:
    for page in aws.pages(bucket_call(scene, "list_objects_v2", bucket.region)):
        for row in page.get("Contents") or ():
            yield str(row["Key"])


def _add(classes: AclClasses, keys: Sequence[str], answers: Sequence[Answer]) -> int:
    """Add objects, and return how many there still are."""
    there = 0
    for key, answer in zip(keys, answers, strict=True):
        match answer:
            case Missing():
                continue
            case NotAuthorized():
                classes.add(key, {})
            case Refused():
                raise answer
            case _:
                classes.add(key, answer)
        there += 1
    return there
