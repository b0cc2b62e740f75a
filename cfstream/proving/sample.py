"""Some objects of the bucket: what there is to ask for.

A look at one page of the list, and where that is not all, at one more for each path pattern.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cfstream.errors import CfstreamError
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.scene import Scene
from cfstream.values import Json


@dataclass(frozen=True)
class Sample:
    """Keys of objects that are there. `why_none` says why none is known, where that is so."""

    keys: tuple[str, ...] = ()
    """Those that are good to ask for: no folder markers, no empty objects; the one that was named comes first."""
    why_none: str = ""
    missing: str = ""
    """The key that was named, where there is no such object."""

    def first(self, ending: str) -> str:
        """The first key that ends so; empty where there is none."""
        return next((key for key in self.keys if key.lower().endswith(ending)), "")


def sample(
    aws: Reads, scene: Scene, bucket: LiveBucket, literals: Iterable[str], wanted: str | None
) -> Sample:
    """Some objects under the spec's prefix, for each of the beginnings `literals` if possible.

    Makes one ListObjectsV2, and where the bucket has more than a page, one more for each literal and for `wanted`.
    """
    if not bucket.usable:
        return Sample(why_none=f"the bucket {bucket.name} cannot be looked into")
    try:
        return _sample(aws, scene, bucket, literals, wanted)
    except CfstreamError as error:
        return Sample(why_none=f"the objects of {bucket.name} cannot be listed: {error.what}")


def _sample(
    aws: Reads, scene: Scene, bucket: LiveBucket, literals: Iterable[str], wanted: str | None
) -> Sample:
    prefix = scene.stack.spec.grant.prefix
    page = _page(aws, scene, bucket, prefix)
    keys = list(_good(page))
    if page.get("IsTruncated"):
        for literal in sorted({*literals} - {""}):
            if literal.startswith(prefix) and not any(key.startswith(literal) for key in keys):
                keys += _good(_page(aws, scene, bucket, literal))
    if wanted is not None:
        listed = [str(row["Key"]) for row in _page(aws, scene, bucket, wanted).get("Contents") or ()]
        if wanted not in listed:
            return Sample(tuple(keys), missing=wanted)
        keys = [wanted, *keys]
    under = f" under {prefix}" if prefix else ""
    return Sample(
        tuple(dict.fromkeys(keys)), "" if keys else f"the bucket {bucket.name} holds no object{under}"
    )


def _page(aws: Reads, scene: Scene, bucket: LiveBucket, prefix: str) -> Json:
    call = bucket_call(scene, "list_objects_v2", bucket.region, Prefix=prefix)
    return next(iter(aws.pages(call)), {})


def _good(page: Json) -> Iterator[str]:
    for row in page.get("Contents") or ():
        if row.get("Size") and not row["Key"].endswith("/"):
            yield str(row["Key"])
