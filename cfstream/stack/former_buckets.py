"""The buckets that the stack's distribution has read, or still reads, and that the spec no longer names."""

from cfstream.domain import LiveDistribution, bucket_of
from cfstream.stack.scene import Scene

BUCKETS_TAG = "cfstream:buckets"


def former_names(scene: Scene, own: LiveDistribution | None) -> tuple[str, ...]:
    """Return the bucket of the live default origin and those that the tag lists, without the spec's own."""
    origin = own.default_origin if own else None
    live_bucket = bucket_of(origin.domain_name) if origin else None
    names = {*remembered(own), *([live_bucket] if live_bucket else [])}
    return tuple(sorted(names - {scene.stack.spec.bucket.name}))


def remembered(own: LiveDistribution | None) -> tuple[str, ...]:
    """Return the buckets that the distribution's tag lists."""
    return own.tag_words(BUCKETS_TAG) if own else ()
