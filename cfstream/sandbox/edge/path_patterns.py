"""Choose the cache behavior for a path, and check viewer protocol and method before any signature."""

import functools
import re
from typing import Any

from cfstream.sandbox.edge import documents
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

_UNRESERVED = re.compile(r"%([46][1-9A-Fa-f]|[57][0-9Aa]|3[0-9]|2[DdEe]|5[Ff]|7[Ee])")
_ANY_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})


def choose(config: Json, path: str) -> Json:
    """Return the behavior for a path: the first with a matching pattern, otherwise the default one.

    Patterns are compared with the path as RFC 3986 normalises it. The origin gets the path as it was sent (Developer
    Guide, "Path pattern").
    """
    items = config["CacheBehaviors"].get("Items", ())
    if items:
        normal = normalised(path)
        for behavior in items:
            if _pattern(behavior["PathPattern"]).fullmatch(normal):
                chosen: Json = behavior
                return chosen
    default: Json = config["DefaultCacheBehavior"]
    return default


@functools.lru_cache(maxsize=1024)
def _pattern(written: str) -> re.Pattern[str]:
    """Return a path pattern as an expression: ``*`` is any characters, ``?`` is one, the leading slash is optional."""
    rooted = written if written.startswith("/") else f"/{written}"
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(sign) or re.escape(sign) for sign in rooted), re.DOTALL)


@functools.lru_cache(maxsize=4096)
def normalised(path: str) -> str:
    """Return a path as CloudFront compares it: no needless escapes, others in capitals, no empty or dot segments.

    Developer Guide, "Path pattern": CloudFront normalises paths "(for example, removing `//` and `..`)".
    """
    plain = _UNRESERVED.sub(lambda found: chr(int(found.group(1), 16)), path)
    plain = _ANY_ESCAPE.sub(lambda found: found.group().upper(), plain)
    kept: list[str] = []
    segments = plain.split("/")[1:]
    for place, segment in enumerate(segments):
        last = place == len(segments) - 1
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
        if last and kept and segment in ("", ".", ".."):
            kept.append("")
    return "/" + "/".join(kept)


def refusal(behavior: Json, viewer: ViewerRequest) -> Answer | None:
    """Return the answer that the method and protocol alone require; None to continue.

    It is a 301 to https (307 for a method that may have a body), 403 for http under https-only, 403 for a method that
    the behavior does not allow, and 405 for an unknown method.
    """
    if viewer.method not in _METHODS:
        return documents.page(405, documents.UNKNOWN_METHOD)
    if viewer.scheme == "http" and behavior["ViewerProtocolPolicy"] != "allow-all":
        if behavior["ViewerProtocolPolicy"] == "https-only":
            return documents.page(403, documents.BAD_REQUEST)
        query = f"?{viewer.query}" if viewer.query else ""
        status = 301 if viewer.method in ("GET", "HEAD") else 307
        return documents.redirect(status, f"https://{viewer.host}{viewer.path}{query}")
    if viewer.method not in behavior["AllowedMethods"]["Items"]:
        return documents.page(403, documents.METHOD_NOT_ALLOWED)
    return None
