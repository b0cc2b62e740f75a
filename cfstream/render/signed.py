"""Render what `cfstream sign` prints: lines to paste, or a document for programs."""

import json
import shlex
from typing import Any

from cfstream.errors import CfstreamError
from cfstream.sign import Cookies
from cfstream.use_cases.signing import LOOPBACK_ZONE, Signed

FORMAT_VERSION = 1


def url_text(signed: Signed, *, curl: bool, edge: str = "") -> str:
    """Return the URL on a line of its own, or a curl command for it; for a stream name its forms.

    The command sends the request to an `edge` instead of the host of the URL.
    """
    if signed.stream is not None:
        at_edge = curl and edge and signed.plain_url
        return _curl(signed.plain_url + signed.stream.bare, edge) if at_edge else f"{signed.stream}\n"
    return _curl(signed.url or "", edge) if curl else f"{signed.url}\n"


def cookies_text(signed: Signed, *, curl: bool, edge: str = "") -> str:
    """Return the Set-Cookie lines, or the curl command that sends the cookies, to an `edge` if there is one."""
    cookies = signed.cookies or Cookies({})
    if curl:
        return _curl(signed.plain_url, edge, cookies.curl())
    return "".join(f"{line}\n" for line in cookies.set_cookie_lines(signed.domain))


def _curl(url: str, edge: str, *arguments: str) -> str:
    """Return the command, quoted for a shell; for an edge with the Host header, and with http marked as such."""
    if edge:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        headers = [f"Host: {host}"]
        if scheme == "http" and not host.partition(":")[0].endswith(LOOPBACK_ZONE):
            headers.append("X-Forwarded-Proto: http")
        arguments = (*(f"-H {shlex.quote(header)}" for header in headers), *arguments)
        url = edge.rstrip("/") + slash + path
    return " ".join(("curl", *arguments, shlex.quote(url))) + "\n"


def line(target: str, found: Signed | CfstreamError) -> str:
    """Return the result for one of many targets as a line of JSON: what `document` returns, or the error."""
    shown = (
        {"error": {"what": found.what, "do": found.do}}
        if isinstance(found, CfstreamError)
        else document(found)
    )
    return json.dumps({"target": target, **shown}) + "\n"


def document(signed: Signed) -> dict[str, Any]:
    """Return the same for programs; times are seconds since 1970."""
    terms, stream = signed.terms, signed.stream
    common: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "key_id": signed.signer.key_id,
        "hash": signed.signer.hash,
        "policy": "canned" if signed.is_canned else "custom",
        "resource": terms.resource,
        "expires": terms.expires,
        "starts": terms.starts,
        "ip": terms.ip,
    }
    if stream is not None:
        names = {
            "given": str(stream),
            "bare": stream.bare,
            "prefixed": stream.prefixed,
            "flash": stream.flash,
        }
        return {**common, "stream_name": names}
    if signed.cookies is not None:
        lines = signed.cookies.set_cookie_lines(signed.domain)
        return {**common, "url": signed.plain_url, "cookies": dict(signed.cookies), "set_cookie": lines}
    return {**common, "url": signed.url}
