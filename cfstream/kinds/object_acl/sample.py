"""Choose the objects whose ACLs are read: all of a bucket, or a sample of a large one.

Up to `MOST_READ` objects, all are read. Above that, a sample is read, which is the same for the same objects: a saved
plan is bound to it. It has objects from the start of the list, and some after each of many keys that divide the rest.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice

from cfstream.key_ranges import Guesses, common_start, order
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass

MOST_READ = 10_000
"""The contract: up to this number, the ACLs of all objects are read."""
FROM_START = 500
LISTS = 60
"""How many short lists look for keys in the rest of the bucket."""
FROM_EACH = 10


@dataclass(frozen=True)
class ChosenKeys:
    """The keys of the objects to read, in S3's order."""

    keys: Iterator[str]
    sampled: bool = False
    """Whether the bucket has more objects."""


def chosen_keys(aws: Reads, context: StackContext, bucket: LiveBucket) -> ChosenKeys:
    """Return which objects to read. Makes ListObjectsV2, and short ones for a sample. Raises as `Reads`."""
    listed = _listed(aws, context, bucket, "")
    first = list(islice(listed, MOST_READ + 1))
    if len(first) <= MOST_READ or context.all_objects:
        return ChosenKeys(chain(first, listed))
    found = {*_spread(aws, context, bucket, "", first)}
    prefix = context.stack.spec.grant.prefix
    if prefix:
        under = list(islice(_listed(aws, context, bucket, prefix), MOST_READ + 1))
        found |= {*(_spread(aws, context, bucket, prefix, under) if len(under) > MOST_READ else under)}
    found |= {context.asked_key} if context.asked_key is not None else set()
    return ChosenKeys(iter(sorted(found, key=order)), sampled=True)


def _listed(aws: Reads, context: StackContext, bucket: LiveBucket, prefix: str) -> Iterator[str]:
    pages = aws.pages(bucket_call(context, "list_objects_v2", bucket.region, Prefix=prefix))
    return (str(row["Key"]) for page in pages for row in page.get("Contents") or ())


def _spread(
    aws: Reads, context: StackContext, bucket: LiveBucket, prefix: str, first: list[str]
) -> Iterator[str]:
    """Yield keys from the start of the list, and keys after guesses that divide the rest again and again."""
    yield from first[:: len(first) // FROM_START]
    varies = max(common_start(first[0], first[-1]), len(prefix) + 1)
    gaps: deque[tuple[str, str | None]] = deque([(first[-1], None)])
    lists = LISTS
    while gaps and lists > 0:
        low, high = gaps.popleft()
        guesses = Guesses(low, high, varies)
        while lists > 0 and guesses.split is None and (guess := guesses.guess()) is not None:
            lists -= 1
            keys = _after(aws, context, bucket, prefix, guess)
            if not keys or (high is not None and order(keys[0]) > order(high)):
                guesses.empty(guess)
                continue
            yield from keys
            guesses.found(guess)
            gaps.append((keys[-1], guesses.until or high))
            gaps.append((low, guess))
            break


def _after(aws: Reads, context: StackContext, bucket: LiveBucket, prefix: str, key: str) -> list[str]:
    """Return the first keys after `key`."""
    call = bucket_call(
        context, "list_objects_v2", bucket.region, Prefix=prefix, StartAfter=key, MaxKeys=FROM_EACH
    )
    page = next(aws.pages(call), {})
    return [str(row["Key"]) for row in page.get("Contents") or ()]
