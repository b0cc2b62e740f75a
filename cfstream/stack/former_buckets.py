"""The buckets that the stack's distribution has read, or still reads, and that the spec no longer names."""

import shlex

from cfstream.domain import LiveDistribution, bucket_of
from cfstream.errors import Notice
from cfstream.stack.context import StackContext

BUCKETS_TAG = "cfstream:buckets"


def former_names(context: StackContext, own: LiveDistribution | None) -> tuple[str, ...]:
    """Return the bucket of the live default origin and those that the tag lists, without the spec's own."""
    origin = own.default_origin if own else None
    live_bucket = bucket_of(origin.domain_name) if origin else None
    names = {*remembered(own), *([live_bucket] if live_bucket else [])}
    return tuple(sorted(names - {context.stack.spec.bucket.name}))


def other_objects(stack: str, former: str, bucket: str) -> Notice:
    """Return the warning that viewers get the objects of another bucket once the distribution reads it.

    The spec may also be meant for another stack: the name alone decides which stack it changes.
    """
    return Notice(
        f"{stack} is an existing stack with the bucket {former}, which the spec replaces by {bucket}: viewers get the "
        f"objects of {bucket} instead, from the moment of the switch, and 403 for an object that it lacks",
        warning=True,
        do="if you mean another stack, choose another `name`. Otherwise copy the objects first: "
        f"`aws s3 sync s3://{shlex.quote(former)} s3://{shlex.quote(bucket)}`",
    )


def remembered(own: LiveDistribution | None) -> tuple[str, ...]:
    """Return the buckets that the distribution's tag lists."""
    return own.tag_words(BUCKETS_TAG) if own else ()
