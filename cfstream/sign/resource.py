"""Normalise URLs as CloudFront sees them, and the resources that policies name.

CloudFront compares a policy byte for byte with the URL that arrives. Browsers, players and HTTP libraries rewrite a URL
that is not in normal form. So a URL is signed, and returned, in the normal form of RFC 3986, section 6.2.2:

- The scheme and host are in lower case, other letters in the host are in Punycode, the default port is omitted, and the
  path is at least ``/``.
- Letters, digits, ``-``, ``.``, ``_`` and ``~`` are not escaped: ``%41`` and ``%7E`` become ``A`` and ``~``. Other
  escapes are in upper case: ``%2F``.
- Spaces, quotes, brackets, control characters, everything beyond ASCII, and a ``%`` that starts no escape are escaped
  as UTF-8. ``*`` becomes ``%2A``, because it is a wildcard in a policy.
- ``+`` stays ``+`` in a URL, because its writer may mean a space. S3 reads ``+`` in a path as a space, so `key_path`
  writes the plus sign of a *key* as ``%2B``.
- ``.`` and ``..`` as path segments are refused: every client resolves them before it sends the request.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from cfstream.sign.refusal import CannotSign
from cfstream.startup.frozen import dataclass
from cfstream.values import DEFAULT_PORTS
from cfstream.wildcards import like

OWN_PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
"""Query parameters that CloudFront reads itself, case-sensitive (Developer Guide, "Use signed URLs")."""

_SETTLED = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[A-Za-z0-9._~/-]*")
"""URLs that are certainly in normal form: no escapes, no query, no path segment that starts with a dot."""

_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE | re.DOTALL)
_PATTERN = re.compile(r"(https?|http\*|\*)://([^/]+)(/.*)?", re.IGNORECASE | re.DOTALL)
_WHOLE_FOLDER = re.compile(r"[^*?/]+://[^*?/]+/[^*?]*\*")
"""The most common pattern, which only needs a comparison of prefixes."""
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_PORT = re.compile(r"(.*?)(?::(\d*))?", re.DOTALL)
_UNSETTLED = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&()+,;=:@/]")
_UNSETTLED_IN_PATTERN = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&()+,;=:@/*?]")
"""Escapes, and characters that must be escaped."""
_CONTROL = re.compile("[\x00-\x20\x7f]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DOTS = frozenset({".", ".."})


@dataclass(frozen=True)
class SignTarget:
    """A URL in normal form. `fragment` (with its ``#``) is not sent to the server, so it is not signed."""

    base: str
    fragment: str = ""

    @property
    def parts(self) -> "Sections":
        return sections(self.base)


@dataclass(frozen=True)
class Sections:
    """The four parts of a URL that a wildcard does not cross. `query` is None without a ``?``."""

    scheme: str
    host: str
    path: str
    query: str | None


def target(url: str, *, any_host: bool = False) -> SignTarget:
    """Return the URL in normal form. Raises CannotSign with the reason if it cannot be signed.

    With `any_host`, the host may be a pattern like ``*.example.com``, for cookies that open several hosts.
    """
    if _SETTLED.fullmatch(url) and "/." not in url:
        return SignTarget(url)
    found = _ABSOLUTE.fullmatch(url.strip())
    if found is None:
        raise CannotSign(
            f"{_shown(url)} is not an http or https URL", "write the whole URL: https://HOST/PATH"
        )
    scheme, authority, path, query, fragment = found.groups()
    host = _host(authority, scheme.lower(), url, any_host=any_host)
    base = f"{scheme.lower()}://{host}{_path(path or '/', url)}"
    if query:
        _refuse_own_parameters(query, url)
        base += "?" + written(query)
    return SignTarget(base, fragment or "")


def key_path(key: str) -> str:
    """Return the path of the object with this key, with a leading slash and all special characters escaped.

    Raises CannotSign for keys that no URL can name.
    """
    try:
        path = "/" + quote(key, safe="/~")
    except UnicodeEncodeError:
        raise CannotSign(
            "the key is not UTF-8, as all S3 keys are", "check the terminal's encoding"
        ) from None
    if not _DOTS.isdisjoint(path.split("/")):
        raise CannotSign(
            f"no client can request the key {_shown(key)}: it resolves . and .. as folders",
            "rename the object",
        )
    return path


def pattern(resource: str) -> str:
    """Return a resource with wildcards in normal form. Raises CannotSign if it does not start with a host name."""
    found = _PATTERN.fullmatch(resource.strip())
    if found is None or not found[2].strip("*?.:"):
        raise CannotSign(
            f"the resource {_shown(resource)} has no host name, so it would cover everything that trusts this key",
            "write one like https://media.example.com/hls/*",
        )
    return f"{found[1].lower()}://{found[2].lower()}{_normal(found[3] or '/', _UNSETTLED_IN_PATTERN)}"


def folder(url: str, *, everything: bool = False) -> str:
    """Return the pattern for everything in the folder of this URL, including subfolders.

    ``https://h/hls/master.m3u8``, ``https://h/hls/`` and ``https://h/hls/*`` all give ``https://h/hls/*``. Raises
    CannotSign for a URL at the top level, whose folder is the whole host, unless `everything` is set. Also raises for
    a file name with ``%2F``: S3 reads it as a slash, but clients do not end the folder there.
    """
    aim = url.removesuffix("*") if url.endswith("/*") else url
    base = target(aim, any_host=True).base.partition("?")[0]
    start = base.rindex("/") + 1
    if "%2F" in base[start:]:
        raise CannotSign(
            f"the file name in {_shown(base)} has %2F, a slash for S3 but not for players, so its folder is"
            " ambiguous",
            f"write the slash: {_shown(base[:start] + base[start:].replace('%2F', '/'))}",
        )
    found = base[:start] + "*"
    if covers_all(found) and not everything:
        raise CannotSign(
            f"{_shown(base)} is at the top level, so its folder is the whole host {sections(base).host}",
            "move the files into their own folder; or, to sign for the whole host, add --everything"
            " (in Python: everything=True)",
        )
    return found


def covers_all(resource: str) -> bool:
    """Return whether a resource with wildcards covers its whole host."""
    _, _, rest = resource.partition("://")
    host, _, path = rest.partition("/")
    return host.endswith("*") if not path else "*" in path and not path.strip("/*?")


def written(text: str) -> str:
    """Return `text` in normal form, as part of a path or a query."""
    return _normal(text, _UNSETTLED)


def sections(url: str) -> Sections:
    """Return the parts of a URL or pattern, split at the first ``?``. The host is empty if there is none."""
    scheme, found, rest = url.partition("://")
    if not found:
        scheme, rest = "", url
    address, mark, query = rest.partition("?")
    host, slash, path = address.partition("/") if found else ("", "", address)
    return Sections(scheme, host, slash + path, query if mark else None)


def matches(resource: str, url: str) -> bool:
    """Return whether the resource of a custom policy covers the URL.

    ``*`` matches any characters and ``?`` matches one. Neither crosses from one section to the next, except
    that ``*`` at the end of the path also covers the query, and at the end of the host also path and query. A missing
    resource, and ``*`` alone, cover everything (Developer Guide, "Create a signed URL using a custom policy").
    """
    if resource in ("", "*"):
        return True
    if _WHOLE_FOLDER.fullmatch(resource):
        return url.startswith(resource[:-1])
    asked = sections(url)
    return any(_covers(reading, asked) for reading in _readings(resource))


def pattern_path(behavior: str) -> str:
    """Return the path pattern of a behavior in normal form. CloudFront accepts it with and without leading slash."""
    return _normal("/" + behavior.removeprefix("/"), _UNSETTLED_IN_PATTERN)


def own_parameters(query: str) -> tuple[str, ...]:
    """Return the parameters of the query that CloudFront reads itself, in their order."""
    names = (pair.partition("=")[0] for pair in query.split("&"))
    return tuple(name for name in map(unquote, names) if name in OWN_PARAMETERS)


def _readings(resource: str) -> Iterator[Sections]:
    """Yield the possible readings of a pattern: each ``?`` may start the query, or all may be wildcards."""
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


def _host(authority: str, scheme: str, url: str, *, any_host: bool) -> str:
    if "@" in authority:
        raise CannotSign(
            "the URL has a user name, which clients do not send", "remove everything before the @"
        )
    found = _PORT.fullmatch(authority)
    name, port = (found[1], found[2]) if found else (authority, None)
    name = name.lower()
    pattern_of_hosts = re.fullmatch(r"\*\.(.+\..+)", name)
    if pattern_of_hosts and not any_host:
        raise CannotSign(
            f"{_shown(url)} is for several hosts, and a URL has one",
            "name the host; only cookies can be for several: add --cookies",
        )
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            name = ""
    if not _HOST.fullmatch(pattern_of_hosts[1] if pattern_of_hosts else name):
        raise CannotSign(f"{_shown(url)} has no host name", "write the whole URL: https://HOST/PATH")
    return name if not port or int(port) == DEFAULT_PORTS[scheme] else f"{name}:{int(port)}"


def _path(path: str, url: str) -> str:
    path = written(path)
    if not _DOTS.isdisjoint(path.split("/")):
        raise CannotSign(
            f"the path of {_shown(url)} has . or .. in it, which every client resolves before it sends the request",
            "write the resolved path",
        )
    return path


def _normal(text: str, unsettled: re.Pattern[str]) -> str:
    try:
        return unsettled.sub(_settled, text)
    except UnicodeEncodeError:
        raise CannotSign(
            "half of a surrogate pair is not a character", "write the character itself"
        ) from None


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
            "the URL is already signed", f"sign it without its query: {_shown(url.partition('?')[0])}"
        )
    if own:
        raise CannotSign(
            f"the query has a parameter {own[0]}, which CloudFront reads itself and does not forward to the origin",
            "rename the parameter; names are case-sensitive, so another capitalisation is enough",
        )


def _shown(text: str) -> str:
    """Return text from outside for a message: without control characters, and shortened."""
    plain = _CONTROL.sub(lambda sign: sign[0] if sign[0] == " " else f"\\x{ord(sign[0]):02x}", text)
    return plain if len(plain) <= 200 else plain[:199] + "…"
