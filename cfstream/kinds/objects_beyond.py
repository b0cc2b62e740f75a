"""Objects outside the prefix of the spec that still give something to the stack's own identity.

Nothing live tells what the prefix was when objects were granted, and to read the ACL of every object of a bucket would
cost what a prefix saves. So a sample is read: of each folder the first object and the last. Accepted limit: grants on
objects between them alone are not found.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from cfstream.domain import LiveDistribution
from cfstream.kinds.bucket import LiveBucket, bucket_call
from cfstream.kinds.kind import Scene
from cfstream.kinds.readers import StillReading
from cfstream.ports import Reads
from cfstream.steps.object_grants import permissions_of

SAMPLE = 200
"""The most objects whose ACLs are read."""


def granted_beyond(aws: Reads, scene: Scene, bucket: LiveBucket, user: str) -> bool:
    """Whether the sample has an object outside the prefix that grants something to this canonical user.

    Makes ListObjectsV2 over the whole bucket, and GetObjectAcl for the sample. Raises as `Reads.pages`.
    """
    prefix = scene.stack.spec.grant.prefix
    if not prefix:
        return False
    listed = aws.pages(bucket_call(scene, "list_objects_v2", bucket.region, Prefix=""))
    keys = (str(row["Key"]) for page in listed for row in page.get("Contents") or ())
    sample = list(islice(_spread(key for key in keys if not key.startswith(prefix)), SAMPLE))
    calls = [bucket_call(scene, "get_object_acl", bucket.region, Key=key) for key in sample]
    answers = aws.together(calls)
    return any(isinstance(answer, Mapping) and permissions_of(answer, user) for answer in answers)


def shared(still: StillReading, identity: str) -> bool:
    """Return whether others read the bucket by this identity: what it may read beyond our prefix may be theirs."""
    return identity in still.by_oai


def marked(own: LiveDistribution | None, tag: str, identity: str) -> bool:
    """Whether our distribution says that objects were granted to this identity."""
    return own is not None and identity in (own.tag(tag) or "").split()


def _spread(keys: Iterable[str]) -> Iterator[str]:
    """Of each folder its first key and its last."""
    first, last = "", ""
    for key in keys:
        if not first or _folder(key) != _folder(last):
            if last != first:
                yield last
            yield key
            first = key
        last = key
    if last != first:
        yield last


def _folder(key: str) -> str:
    return key.rpartition("/")[0]
