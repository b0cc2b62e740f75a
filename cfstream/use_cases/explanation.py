"""Explains whether CloudFront would accept a signed URL, cookies or a stream name."""

import shlex
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage
from cfstream.sign.resource import own_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cfstream.connection import Connection
    from cfstream.explain.guards import Guards
    from cfstream.explain.judging import Explanation
    from cfstream.explain.requested import RequestedObject


def explain(
    url: str,
    connection: "Connection",
    *,
    now: "datetime",
    spec: str | None = None,
    cookies: str = "",
    viewer: str | None = None,
) -> "Explanation":
    """Return what a URL contains, and why CloudFront would refuse it. `viewer` is the viewer's IP address.

    With `spec`, also checks it against the live distribution, and looks for the object in the bucket. Raises WrongUsage
    if `url` is neither a URL nor a signed stream name, which only an rtmp stack has.
    """
    from cfstream.explain.judging import explain as judged
    from cfstream.use_cases.requested_object import requested_object
    from cfstream.use_cases.signing import guards_in
    from cfstream.use_cases.targets import one_stack, own_context

    if viewer is not None:
        _check_address(viewer)
    stack = one_stack(spec) if spec is not None else None
    if stack is None or stack.spec.delivery == "http":
        _check_url(url, streams=stack is None)
    context, world = own_context(stack, connection.world()) if stack is not None else (None, None)
    guards = guards_in(context, world) if context and world else None
    named = f"{shlex.quote(spec)}{connection.flags()}" if spec is not None else ""
    found = judged(url, now=int(now.timestamp()), cookies=cookies, guards=guards, viewer=viewer, spec=named)
    if context is None or world is None or guards is None or found.presented.is_stream:
        return found
    asked = requested_object(world.reads(), context, guards, found.presented.url)
    about = _about_object(asked, named, refused=found.accepted is False)
    return with_error_page(replace(found, asked=asked, notes=(*found.notes, *about)), guards)


def with_error_page(found: "Explanation", guards: "Guards") -> "Explanation":
    """Return the explanation with a note on what viewers get instead of a 403, if they get one."""
    if not guards.error_page or not found.answers_403:
        return found
    return replace(found, notes=(f"viewers see {guards.error_page} (the error page for 403)", *found.notes))


def _about_object(asked: "RequestedObject | None", spec: str, *, refused: bool) -> "Iterator[str]":
    """Yield what is known of the object; nothing if it exists and CloudFront has `refused` the request."""
    if asked is None:
        yield "the request does not lead to an object of a bucket, so whether it exists was not checked"
    elif asked.why_not:
        yield f"whether the bucket {asked.bucket} has the object {asked.key} was not checked: {asked.why_not}"
    elif asked.exists and not refused:
        access = f"`cfstream access {spec} {shlex.quote(asked.key)}`"
        yield f"the object exists. If the viewer still gets 403, see whether CloudFront may read it: {access}"
    elif asked.exists is False and asked.rewritten:
        yield f"the function {asked.rewritten} may ask for another object"


def _check_url(text: str, *, streams: bool) -> None:
    if text.strip().lower().startswith(("https://", "http://")):
        return
    if streams and (text.startswith("rtmp") or own_parameters(text.partition("?")[2]) or "%3F" in text):
        return
    named = "neither a URL nor a signed stream name" if streams else "not a URL"
    raise WrongUsage(f"{text[:60]!r} is {named}", "write the whole URL, in quotes: https://HOST/PATH?…")


def _check_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise WrongUsage(f"{text[:60]!r} is not an IP address", "write one like 203.0.113.7") from None
