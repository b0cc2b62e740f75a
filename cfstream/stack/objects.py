"""Find out whether a bucket has an object, and which keys are like that of a missing one. Reads only."""

from difflib import get_close_matches

from cfstream.errors import Refused, Unreachable
from cfstream.ports import Reads
from cfstream.stack.bucket import bucket_call
from cfstream.stack.context import StackContext

NEAR = 3
"""How many similar keys are shown at most."""


def has_object(aws: Reads, context: StackContext, bucket: str, region: str, key: str) -> bool:
    """Return whether the bucket has an object with this key. Needs no permission to read the object.

    Raises as `Reads.read`.
    """
    return key in _keys(aws, context, bucket, region, key, most=1)


def nearest_keys(aws: Reads, context: StackContext, bucket: str, region: str, key: str) -> tuple[str, ...]:
    """Return the keys of the bucket that are most similar to that of a missing object, the most similar first.

    Reads one page of the keys in its folder; if that is empty, one page of the bucket's keys. For a folder, returns the
    first keys in it.
    """
    folder, slash, name = key.rpartition("/")
    prefix = folder + slash
    try:
        found = _keys(aws, context, bucket, region, prefix)
        if prefix and not found:
            prefix, found = "", _keys(aws, context, bucket, region, "")
    except (Refused, Unreachable):
        return ()
    if found and prefix and not name:
        return found[:NEAR]
    # Only the end differs: a long folder would make all its keys look similar.
    folded = {name.removeprefix(prefix).casefold(): name for name in found}
    near = get_close_matches(key.removeprefix(prefix).casefold(), folded, n=NEAR)
    return tuple(folded[each] for each in near)


def _keys(
    aws: Reads, context: StackContext, bucket: str, region: str, prefix: str, *, most: int = 1000
) -> tuple[str, ...]:
    """Return the first keys with the prefix, without the names of folders. Makes one call."""
    call = bucket_call(context, "list_objects_v2", region, bucket, Prefix=prefix, MaxKeys=most)
    rows = aws.read(call).get("Contents") or ()
    return tuple(str(row["Key"]) for row in rows if most == 1 or not str(row["Key"]).endswith("/"))
