"""Find out whether the object exists that a request asks for. Reads only."""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.explain.requested import RequestedObject
from cfstream.sign.resource import sections
from cfstream.spec.wording import nearest

if TYPE_CHECKING:
    from cfstream.explain.guards import Guards
    from cfstream.ports import Call, Reads
    from cfstream.stack.context import StackContext


def requested_object(
    aws: "Reads", context: "StackContext", guards: "Guards", url: str
) -> RequestedObject | None:
    """Return the object that CloudFront asks S3 for, and whether it exists; None if it does not ask a bucket for one.

    Makes HeadObject, and one page of ListObjectsV2 for a missing one. A refusal is a part of the answer.
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
    try:
        aws.read(_call(context, found.bucket, "head_object", Key=found.key))
    except Missing:
        return replace(found, exists=False, near=_near(aws, context, found))
    return replace(found, exists=True)


def _near(aws: "Reads", context: "StackContext", found: RequestedObject) -> str:
    """Return the key in the folder of a missing object that is most similar to it; empty if none is."""
    folder, slash, name = found.key.rpartition("/")
    prefix = folder + slash
    try:
        page = aws.read(_call(context, found.bucket, "list_objects_v2", Prefix=prefix))
    except Refused:
        return ""
    names = [str(row["Key"]).removeprefix(prefix) for row in page.get("Contents", ())]
    near = nearest(name, names)
    return prefix + near if near else ""


def _call(context: "StackContext", bucket: str, operation: str, **params: object) -> "Call":
    from cfstream.stack.bucket import bucket_call

    return bucket_call(
        context, operation, context.stack.spec.bucket.region or context.region, bucket, **params
    )
