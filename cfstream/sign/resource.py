"""URLs as CloudFront will see them, and the patterns that policies name.

CloudFront compares a policy with the URL that arrives, byte for byte, and browsers, players and HTTP libraries rewrite
what is not in normal form. So a URL is signed, and handed out, in the normal form of RFC 3986, section 6.2.2:

- scheme and host in lower case, a host with other letters in Punycode, no default port, at least ``/`` as path;
- ``%41`` and ``%7E`` as ``A`` and ``~`` (letters, digits, ``-``, ``.``, ``_``, ``~`` need no escape), other escapes
  with capitals, ``%2F``;
- as UTF-8 in escapes: spaces, quotes, brackets, control signs, everything beyond ASCII, and a ``%`` that begins no
  escape. ``*`` is ``%2A``: in a policy it would stand for anything;
- ``+`` stays ``+`` in a URL, for its writer may mean a space. S3 reads ``+`` in a path as a space, so a *key* with a
  plus sign is written ``%2B`` by `key_path`;
- ``.`` and ``..`` as parts of a path are refused: every client resolves them before it asks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from cfstream.sign.refusal import CannotSign
from cfstream.wildcards import like

OWN_PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
"""Query parameters that CloudFront takes for its own, spelled exactly so (Developer Guide, "Use signed URLs")."""

_SETTLED = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[A-Za-z0-9._~/-]*")
"""URLs that are in normal form at a glance: nothing escaped, no query, no part of the path that begins with a dot."""

_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE | re.DOTALL)
_PATTERN = re.compile(r"(https?|http\*|\*)://([^/]+)(/.*)?", re.IGNORECASE | re.DOTALL)
_WHOLE_FOLDER = re.compile(r"[^*?/]+://[^*?/]+/[^*?]*\*")
"""The commonest pattern, for which a look at how the URL begins is enough."""
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_PORT = re.compile(r"(.*?)(?::(\d*))?", re.DOTALL)
_UNSETTLED = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&()+,;=:@/]")
_UNSETTLED_IN_PATTERN = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&()+,;=:@/*?]")
"""Escapes, and what has to become one."""
_CONTROL = re.compile("[\x00-\x20\x7f]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DOTS = frozenset({".", ".."})
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """A URL in normal form. `fragment` (with its ``#``) never leaves the client, so it is not signed."""

    base: str
    fragment: str = ""

    @property
    def parts(self) -> "Sections":
        return sections(self.base)


@dataclass(frozen=True)
class Sections:
    """The four parts of a URL that a wildcard does not cross; `query` is None where there is no ``?``."""

    scheme: str
    host: str
    path: str
    query: str | None


def target(url: str) -> Target:
    """The URL in normal form, unsigned and fit to be signed. Raises CannotSign with the reason where it is not."""
    if _SETTLED.fullmatch(url) and "/." not in url:
        return Target(url)
    found = _ABSOLUTE.fullmatch(url.strip())
    if found is None:
        raise CannotSign(f"{_shown(url)} is no URL of http or https", "write all of it: https://HOST/PATH")
    scheme, authority, path, query, fragment = found.groups()
    host = _host(authority, scheme.lower(), url)
    base = f"{scheme.lower()}://{host}{_path(path or '/', url)}"
    if query:
        _refuse_own_parameters(query, url)
        base += "?" + written(query)
    return Target(base, fragment or "")


def key_path(key: str) -> str:
    """The path of an object of this key, with its leading slash: every sign that is not plain is escaped.

    Raises CannotSign for keys that no URL can name.
    """
    try:
        path = "/" + quote(key, safe="/~")
    except UnicodeEncodeError:
        raise CannotSign(
            "the key is not UTF-8, as all keys in S3 are", "check the terminal's encoding"
        ) from None
    if not _DOTS.isdisjoint(path.split("/")):
        raise CannotSign(
            f"no client can ask for the key {_shown(key)}: it takes . and .. for folders",
            "give the object another key",
        )
    return path


def pattern(resource: str) -> str:
    """A resource with wildcards in normal form. Raises CannotSign where it names no host of its own."""
    found = _PATTERN.fullmatch(resource.strip())
    if found is None or not found[2].strip("*?.:"):
        raise CannotSign(
            f"the resource {_shown(resource)} names no host, so it would open all that trusts this key",
            "write one like https://media.example.com/hls/*",
        )
    return f"{found[1].lower()}://{found[2].lower()}{_normal(found[3] or '/', _UNSETTLED_IN_PATTERN)}"


def folder(url: str, *, everything: bool = False) -> str:
    """The pattern of all that is in the folder of this URL, however deep.

    ``https://h/hls/master.m3u8``, ``https://h/hls/`` and ``https://h/hls/*`` all give ``https://h/hls/*``. Raises
    CannotSign for a URL at the top level, whose folder is all of the host, unless `everything` is meant; and for a file
    name with ``%2F``, a slash in the object's key at which no client ends the folder.
    """
    aim = url.removesuffix("*") if url.endswith("/*") else url
    base = target(aim).base.partition("?")[0]
    start = base.rindex("/") + 1
    if "%2F" in base[start:]:
        raise CannotSign(
            f"the name of the file in {_shown(base)} has %2F, a slash for S3 and none for players, so its folder is"
            " ambiguous",
            f"write the slash: {_shown(base[:start] + base[start:].replace('%2F', '/'))}",
        )
    found = base[:start] + "*"
    if covers_all(found) and not everything:
        raise CannotSign(
            f"{_shown(base)} is at the top level, so its folder is all of {sections(base).host}",
            "move the files into a folder of their own; if all of the host is meant, say so: --everything"
            " (in Python: everything=True)",
        )
    return found


def covers_all(resource: str) -> bool:
    """Whether a resource with wildcards covers all of its host: nothing of the path is left to compare."""
    _, _, rest = resource.partition("://")
    host, _, path = rest.partition("/")
    return host.endswith("*") if not path else "*" in path and not path.strip("/*?")


def written(text: str) -> str:
    """`text` in normal form, as a part of a path or of a query."""
    return _normal(text, _UNSETTLED)


def sections(url: str) -> Sections:
    """The parts of a URL or pattern, split at the first ``?``; the host is empty where there is none."""
    scheme, found, rest = url.partition("://")
    if not found:
        scheme, rest = "", url
    address, mark, query = rest.partition("?")
    host, slash, path = address.partition("/") if found else ("", "", address)
    return Sections(scheme, host, slash + path, query if mark else None)


def matches(resource: str, url: str) -> bool:
    """Whether the resource of a custom policy covers the URL.

    ``*`` is any number of signs and ``?`` is one; neither crosses from one section to the next, but for a ``*`` at the
    end of the path, which covers the query too, and at the end of the host, which covers path and query. No resource,
    and ``*`` alone, is everything (Developer Guide, "Create a signed URL using a custom policy").
    """
    if resource in ("", "*"):
        return True
    if _WHOLE_FOLDER.fullmatch(resource):
        return url.startswith(resource[:-1])
    asked = sections(url)
    return any(_covers(reading, asked) for reading in _readings(resource))


def pattern_path(behavior: str) -> str:
    """The path pattern of a behavior in normal form; CloudFront takes it with its first slash and without."""
    return _normal("/" + behavior.removeprefix("/"), _UNSETTLED_IN_PATTERN)


def own_parameters(query: str) -> tuple[str, ...]:
    """The parameters of the query that CloudFront takes for its own, in their order."""
    names = (pair.partition("=")[0] for pair in query.split("&"))
    return tuple(name for name in map(unquote, names) if name in OWN_PARAMETERS)


def _readings(resource: str) -> Iterator[Sections]:
    """The ways to read a pattern: each ``?`` may begin the query, and all of them may be wildcards."""
    scheme, found, rest = resource.partition("://")
    if not found:
        scheme, rest = "", resource
    host, slash, tail = rest.partition("/") if found else ("", "", rest)
    yield Sections(scheme, host, slash + tail, None)
    for place, sign in enumerate(tail):
        if sign == "?":
            yield Sections(scheme, host, slash + tail[:place], tail[place + 1 :])


def _covers(wanted: Sections, asked: Sections) -> bool:
    if not (like(wanted.scheme, asked.scheme) and like(wanted.host, asked.host)):
        return False
    if not wanted.path and wanted.host.endswith("*"):
        return True
    if not like(wanted.path, asked.path):
        return False
    if wanted.query is None:
        return asked.query is None or wanted.path.endswith("*")
    return asked.query is not None and like(wanted.query, asked.query)


def _host(authority: str, scheme: str, url: str) -> str:
    if "@" in authority:
        raise CannotSign(
            "the URL has a user name in it, which no client sends", "take out what is before the @"
        )
    found = _PORT.fullmatch(authority)
    name, port = (found[1], found[2]) if found else (authority, None)
    name = name.lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            name = ""
    if not _HOST.fullmatch(name):
        raise CannotSign(f"{_shown(url)} names no host", "write all of it: https://HOST/PATH")
    return name if not port or int(port) == _DEFAULT_PORTS[scheme] else f"{name}:{int(port)}"


def _path(path: str, url: str) -> str:
    path = written(path)
    if not _DOTS.isdisjoint(path.split("/")):
        raise CannotSign(
            f"the path of {_shown(url)} has . or .. in it, which every client resolves before it asks",
            "write the path that it comes to",
        )
    return path


def _normal(text: str, unsettled: re.Pattern[str]) -> str:
    try:
        return unsettled.sub(_settled, text)
    except UnicodeEncodeError:
        raise CannotSign("half of a surrogate pair is no character", "write the character itself") from None


def _settled(found: re.Match[str]) -> str:
    sign = found[0]
    if len(sign) == 1:
        return quote(sign, safe="")
    decoded = chr(int(sign[1:], 16))
    return decoded if decoded in _UNRESERVED else sign.upper()


def _refuse_own_parameters(query: str, url: str) -> None:
    own = own_parameters(query)
    if {"Signature", "Key-Pair-Id"} <= {*own}:
        raise CannotSign(
            "the URL is signed already", f"sign it without its query: {_shown(url.partition('?')[0])}"
        )
    if own:
        raise CannotSign(
            f"the query has a parameter {own[0]}, which CloudFront takes for its own and keeps from the origin",
            "give the parameter another name; capitals count, so another spelling will do",
        )


def _shown(text: str) -> str:
    """Text from outside in a sentence: without control signs, and no longer than a line or two."""
    plain = _CONTROL.sub(lambda sign: sign[0] if sign[0] == " " else f"\\x{ord(sign[0]):02x}", text)
    return plain if len(plain) <= 200 else plain[:199] + "…"
