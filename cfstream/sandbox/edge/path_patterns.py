"""Which cache behavior a path meets, and what that behavior says before any signature is looked at.

What lives here: path patterns, viewer protocol, allowed methods.
"""

import functools
import re
from typing import Any

from cfstream.sandbox.edge import documents
from cfstream.sandbox.edge.viewer import Viewer
from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

_UNRESERVED = re.compile(r"%([46][1-9A-Fa-f]|[57][0-9Aa]|3[0-9]|2[DdEe]|5[Ff]|7[Ee])")
_ANY_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})


def choose(config: Json, path: str) -> Json:
    """The behavior of a distribution that a path meets: the first whose pattern fits, else the default one.

    Patterns are compared with the path as RFC 3986 normalises it; the origin is asked for the path as it was
    sent (Developer Guide, "Path pattern").
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
    """A path pattern: ``*`` is any run of characters, ``?`` is one; the slash at its beginning may be missing."""
    rooted = written if written.startswith("/") else f"/{written}"
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(sign) or re.escape(sign) for sign in rooted), re.DOTALL)


@functools.lru_cache(maxsize=4096)
def normalised(path: str) -> str:
    """A path as CloudFront compares it: no needless escapes, the others in capitals, no empty or dot segments.

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


def refusal(behavior: Json, viewer: Viewer) -> Answer | None:
    """What a behavior answers to a request by its method and protocol alone, None where it goes on.

    301 (307 for a method that may have a body) to https, 403 for http under https-only, 403 for a method that
    the behavior does not allow, 405 for one that CloudFront does not know.
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
