"""Explains whether CloudFront would accept a signed URL, cookies or a stream name."""

import shlex
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cfstream.errors import WrongUsage
from cfstream.sign.resource import own_parameters, sections

if TYPE_CHECKING:
    from datetime import datetime

    from cfstream.connection import Connection
    from cfstream.explain.judging import Explanation
    from cfstream.spec.stack import Stack


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

    With `spec`, also checks it against the live distribution. Raises WrongUsage if `url` is neither a URL nor a signed
    stream name.
    """
    from cfstream.explain.judging import explain as judged
    from cfstream.use_cases.signing import read_guards
    from cfstream.use_cases.targets import one_stack

    if viewer is not None:
        _check_address(viewer)
    stack = one_stack(spec) if spec is not None else None
    if stack is None or stack.spec.delivery == "http":
        _check_url(url)
    guards = read_guards(stack, connection) if stack is not None else None
    named = f"{shlex.quote(spec)}{connection.flags()}" if spec is not None else ""
    found = judged(url, now=int(now.timestamp()), cookies=cookies, guards=guards, viewer=viewer, spec=named)
    if stack is None or not found.accepted or found.presented.is_stream:
        return found
    return replace(found, notes=(*found.notes, _unread_object(stack, found.presented.url)))


def _unread_object(stack: "Stack", url: str) -> str:
    """Return why a viewer may get 403 although CloudFront accepts the request: only S3 knows the object."""
    spec = stack.spec
    path = unquote(sections(url).path).removeprefix("/") or spec.http.default_root_object or ""
    key = f"{spec.http.prefix}{path}" if path else "for the path /"
    return (
        f"if the viewer still gets 403: the bucket {spec.bucket.name} has no object {key}, or does not let CloudFront "
        "read it; explain does not read the bucket"
    )


def _check_url(text: str) -> None:
    if "://" in text or own_parameters(text.partition("?")[2]) or "%3F" in text:
        return
    raise WrongUsage(
        f"{text[:60]!r} is neither a URL nor a signed stream name",
        "write the whole URL, in quotes: https://HOST/PATH?…",
    )


def _check_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise WrongUsage(f"{text[:60]!r} is not an IP address", "write one like 203.0.113.7") from None
