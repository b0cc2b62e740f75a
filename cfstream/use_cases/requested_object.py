"""Find out whether the object exists that a request asks for. Reads only."""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cfstream.errors import CfstreamError, Missing
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

    Makes HeadObject, and the calls of `nearest_keys` for a missing one. A refusal is a part of the answer.
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
    from cfstream.stack.bucket import bucket_call
    from cfstream.stack.objects import nearest_keys

    region = context.stack.spec.bucket.region or context.region
    try:
        aws.read(bucket_call(context, "head_object", region, found.bucket, Key=found.key))
    except Missing:
        near = nearest_keys(aws, context, found.bucket, region, found.key)
        return replace(found, exists=False, near=near[0] if near else "")
    return replace(found, exists=True)
