"""Find some objects of the bucket to request.

Reads one page of the list. If there are more pages, also reads one for each path pattern.
"""

from collections.abc import Iterable, Iterator

from cfstream.errors import CfstreamError
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class Sample:
    """Keys of existing objects. `why_none` is the reason if none is known."""

    keys: tuple[str, ...] = ()
    """Keys that are useful to request: no folder markers, no empty objects. The one that the user named is first."""
    why_none: str = ""
    missing: str = ""
    """The key that the user named, if that object does not exist."""


def sample(
    aws: Reads, context: StackContext, bucket: LiveBucket, literals: Iterable[str], wanted: str | None
) -> Sample:
    """Return some objects under the spec's prefix, if possible one for each of the prefixes `literals`.

    Makes one ListObjectsV2. If the bucket has more than a page, it makes one more for each literal and for `wanted`.
    """
    if not bucket.usable:
        return Sample(why_none=f"bucket {bucket.name} cannot be read")
    try:
        return _sample(aws, context, bucket, literals, wanted)
    except CfstreamError as error:
        return Sample(why_none=f"the objects of {bucket.name} cannot be listed: {error.what}")


def _sample(
    aws: Reads, context: StackContext, bucket: LiveBucket, literals: Iterable[str], wanted: str | None
) -> Sample:
    prefix = context.stack.spec.grant.prefix
    page = _page(aws, context, bucket, prefix)
    keys = list(_good(page))
    if page.get("IsTruncated"):
        for literal in sorted({*literals} - {""}):
            if literal.startswith(prefix) and not any(key.startswith(literal) for key in keys):
                keys += _good(_page(aws, context, bucket, literal))
    if wanted is not None:
        listed = [str(row["Key"]) for row in _page(aws, context, bucket, wanted).get("Contents") or ()]
        if wanted not in listed:
            return Sample(tuple(keys), missing=wanted)
        keys = [wanted, *keys]
    under = f" under {prefix}" if prefix else ""
    return Sample(tuple(dict.fromkeys(keys)), "" if keys else f"bucket {bucket.name} has no object{under}")


def _page(aws: Reads, context: StackContext, bucket: LiveBucket, prefix: str) -> Json:
    call = bucket_call(context, "list_objects_v2", bucket.region, Prefix=prefix)
    return next(iter(aws.pages(call)), {})


def _good(page: Json) -> Iterator[str]:
    for row in page.get("Contents") or ():
        if row.get("Size") and not row["Key"].endswith("/"):
            yield str(row["Key"])
