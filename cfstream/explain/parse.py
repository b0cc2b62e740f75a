"""Parse a signed URL, stream name or set of cookies, without judging it.

Nothing is normalised here, because CloudFront compares the request as it arrives.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, unquote

from cfstream.sign.encoding import decode
from cfstream.sign.policy import canned
from cfstream.sign.resource import OWN_PARAMETERS
from cfstream.startup.frozen import dataclass

Via: TypeAlias = Literal["url", "cookies", "nothing"]

COOKIE = "CloudFront-"
_PREFIX = re.compile(r"(?:rtmp[tes]*://[^/]*/cfx/st/)?(?:(?:mp4|mp3|flv|id3):)?", re.IGNORECASE)
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
"""Characters that no request can carry, so every client escapes them."""
_COOKIE = re.compile(rf"(?:^|[;\s]){COOKIE}([A-Za-z-]+)[=\t]([^;\s]*)")
"""A cookie in a Cookie header, in a Set-Cookie line, or in a file in which curl keeps cookies."""


@dataclass(frozen=True)
class Presented:
    """What a viewer sends: the URL without CloudFront's signing parameters, and those parameters."""

    url: str
    via: Via
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """``Policy``, ``Signature`` and so on, from the URL or from cookies."""
    ignored_cookies: bool = False
    """Whether there are cookies that CloudFront ignores because the URL has a signing parameter."""

    @property
    def is_stream(self) -> bool:
        return "://" not in self.url


@dataclass(frozen=True)
class Conditions:
    """The conditions of a policy. A missing or invalid one is None."""

    resource: str | None = None
    expires: int | None = None
    starts: int | None = None
    ip: str | None = None


@dataclass(frozen=True)
class SignedStatement:
    """The policy behind a signature: its bytes and its conditions, or why it is invalid (`fault`)."""

    canned: bool
    signed: bytes = field(default=b"", repr=False)
    conditions: Conditions = Conditions()
    fault: str = ""


def present(url: str, cookies: str = "") -> Presented:
    """Return what a viewer with this URL and these cookies sends.

    A signing parameter in the URL makes it a signed URL, and CloudFront then ignores cookies (Developer Guide, "Decide
    to use signed URLs or signed cookies").
    """
    address = url.strip().partition("#")[0]
    if "://" not in address or address.lower().startswith("rtmp"):
        address = _PREFIX.sub("", _unescaped(address), count=1)
    base, _, query = address.partition("?")
    base = _resolved(base)
    pairs = [pair for pair in query.split("&") if pair]
    own = {
        name: unquote(value)
        for name, _, value in (pair.partition("=") for pair in pairs)
        if name in OWN_PARAMETERS
    }
    rest = [pair for pair in pairs if pair.partition("=")[0] not in OWN_PARAMETERS]
    base += f"?{'&'.join(rest)}" if rest else ""
    base = _UNSENDABLE.sub(lambda sign: quote(sign[0], safe="", errors="replace"), base)
    sent = {name: value for name, value in _COOKIE.findall(cookies) if name in OWN_PARAMETERS}
    if own:
        return Presented(base, "url", own, bool(sent))
    return Presented(base, "cookies" if sent else "nothing", sent)


def statement(presented: Presented) -> SignedStatement | None:
    """Return the signed policy: the one that is sent, or the canned one for this URL; None if there is neither."""
    values = presented.values
    if "Policy" in values:
        return _sent(values["Policy"])
    expires = values.get("Expires")
    if expires is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", expires):
        return SignedStatement(canned=True, fault="Expires is not a number of seconds")
    until = int(expires)
    return SignedStatement(
        canned=True, signed=canned(presented.url, until), conditions=Conditions(presented.url, until)
    )


def _resolved(url: str) -> str:
    """Return a URL without the path segments ``.`` and ``..``: every client resolves them (URL Standard, "path state").

    A stream name stays as it is.
    """
    scheme, mark, rest = url.partition("://")
    host, *segments = rest.split("/")
    kept: list[str] = []
    for number, segment in enumerate(segments, 1):
        dots = segment.lower().replace("%2e", ".")
        if dots not in (".", ".."):
            kept.append(segment)
            continue
        if dots == "..":
            del kept[-1:]
        if number == len(segments):
            kept.append("")
    return f"{scheme}{mark}{'/'.join((host, *kept))}" if mark else url


def _unescaped(stream: str) -> str:
    """Return a stream name without the escapes for ``?``, ``=`` and ``&`` that it needs in a page."""
    if "?" in stream or "%3F" not in stream:
        return stream
    return stream.replace("%3F", "?").replace("%3D", "=").replace("%26", "&")


def _sent(text: str) -> SignedStatement:
    try:
        signed = decode(text)
    except ValueError:
        plain = "+" in text or "/" in text or "=" in text
        why = (
            "it is standard base64; write - _ ~ instead of + = /" if plain else "it is incomplete or altered"
        )
        return SignedStatement(canned=False, fault=f"Policy cannot be decoded: {why}")
    try:
        document = json.loads(signed)
    except (ValueError, RecursionError):
        return SignedStatement(canned=False, signed=signed, fault="Policy is not JSON")
    conditions, fault = _conditions(document)
    return SignedStatement(canned=False, signed=signed, conditions=conditions, fault=fault)


def _conditions(document: Any) -> tuple[Conditions, str]:
    """Return the conditions of a custom policy, and its fault (Developer Guide, "… using a custom policy")."""
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not isinstance(statements, list) or len(statements) != 1 or not isinstance(statements[0], dict):
        return Conditions(), "Policy must have exactly one statement"
    statement = statements[0]
    condition = statement.get("Condition")
    if not isinstance(condition, dict) or "DateLessThan" not in condition:
        return Conditions(), "Policy has no DateLessThan, which is required"
    resource = statement.get("Resource", "*")
    times = {name: _value(condition, name, "AWS:EpochTime") for name in ("DateLessThan", "DateGreaterThan")}
    ip = _value(condition, "IpAddress", "AWS:SourceIp")
    found = Conditions(
        resource if isinstance(resource, str) else None,
        _whole(times["DateLessThan"]),
        _whole(times["DateGreaterThan"]),
        ip if isinstance(ip, str) else None,
    )
    return found, _fault(found, condition)


def _fault(found: Conditions, condition: Mapping[str, Any]) -> str:
    if found.resource is None:
        return "Resource is not a string"
    if found.expires is None or ("DateGreaterThan" in condition and found.starts is None):
        return "AWS:EpochTime must be a whole number of seconds, without quotes"
    if "IpAddress" in condition and found.ip is None:
        return "AWS:SourceIp must be one address or range"
    return ""


def _value(condition: Mapping[str, Any], name: str, key: str) -> Any:
    operand = condition.get(name)
    return operand.get(key) if isinstance(operand, dict) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
