"""Find out whether the object exists that a request asks for. Reads only."""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cfstream.errors import CfstreamError
from cfstream.explain.requested import RequestedObject
from cfstream.sign.resource import sections

if TYPE_CHECKING:
    from cfstream.explain.guards import Guards
    from cfstream.ports import Reads
    from cfstream.stack.context import StackContext


def requested_object(
    aws: "Reads", context: "StackContext", guards: "Guards", url: str
) -> RequestedObject | None:
    """Return the object that CloudFront asks S3 for, and whether it exists; None if it does not ask a bucket for one.

    Makes ListObjectsV2, and the calls of `nearest_keys` for a missing one. A refusal is a part of the answer.
    """
    path = unquote(sections(url).path) or "/"
    guard = guards.of(path)
    path = f"/{guards.root_object}" if path == "/" else path
    if not guard.bucket or path == "/":
        return None
    key = f"{guard.key_prefix}{path}".removeprefix("/")
    found = RequestedObject(guard.bucket, key, rewritten=", ".join(guard.functions))
    try:
        return _looked_up(aws, context, found)
    except CfstreamError as error:
        return RequestedObject(found.bucket, key, why_not=error.what, rewritten=found.rewritten)


def _looked_up(aws: "Reads", context: "StackContext", found: RequestedObject) -> RequestedObject:
    from cfstream.stack.objects import has_object, nearest_keys

    where = (found.bucket, context.stack.spec.bucket.region or context.region, found.key)
    if has_object(aws, context, *where):
        return replace(found, exists=True)
    return replace(found, exists=False, near=next(iter(nearest_keys(aws, context, *where)), ""))
