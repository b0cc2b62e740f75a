"""What `cfstream sign` prints: lines to paste, or a document for programs."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfstream.sign import Cookies, Signer, StreamName, Terms

if TYPE_CHECKING:
    from datetime import datetime

FORMAT_VERSION = 1

LOOPBACK_ZONE = ".cloudfront.localhost"
"""Names under it lead to the sandbox's edge, where requests count as https."""


@dataclass(frozen=True)
class Signed:
    """Something signed: a URL, cookies, or a stream name."""

    signer: Signer
    terms: Terms
    url: str | None = None
    cookies: Cookies | None = None
    domain: str | None = None
    """Domain of the cookies; None where they are for the host that sets them."""
    plain_url: str = ""
    """What the cookies open, without a signature; of a stream name what stands before it at the edge of a sandbox."""
    stream: StreamName | None = None
    is_canned: bool = False
    in_browser: str = ""
    """The URL, unsigned, under a name that browsers find on this machine; empty where there is none."""

    @classmethod
    def canned(cls, signer: Signer, resource: str, url: str, expires: "datetime") -> "Signed":
        """A URL under the canned policy."""
        return cls(signer, Terms(resource, int(expires.timestamp())), url, is_canned=True)

    @classmethod
    def of_stream(cls, signer: Signer, resource: str, name: StreamName, expires: "datetime") -> "Signed":
        """A stream name."""
        canned = "?Expires=" in name.bare or "&Expires=" in name.bare
        return cls(signer, Terms(resource, int(expires.timestamp())), stream=name, is_canned=canned)


def url_text(signed: Signed, *, curl: bool, edge: str = "") -> str:
    """The URL in a line of its own, or the curl command that asks for it; for a stream name its forms.

    An `edge` is asked in place of the host that the URL names.
    """
    if signed.stream is not None:
        at_edge = curl and edge and signed.plain_url
        return _curl(signed.plain_url + signed.stream.bare, edge) if at_edge else f"{signed.stream}\n"
    return _curl(signed.url or "", edge) if curl else f"{signed.url}\n"


def cookies_text(signed: Signed, *, curl: bool, edge: str = "") -> str:
    """The Set-Cookie lines, or the curl command that sends the cookies, to an `edge` if there is one."""
    cookies = signed.cookies or Cookies({})
    if curl:
        return _curl(signed.plain_url, edge, cookies.curl())
    return "".join(f"{line}\n" for line in cookies.set_cookie_lines(signed.domain))


def _curl(url: str, edge: str, *arguments: str) -> str:
    """The command, quoted for a shell: to the edge goes the host in its header, and that it stands for http."""
    if edge:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        headers = [f"Host: {host}"]
        if scheme == "http" and not host.partition(":")[0].endswith(LOOPBACK_ZONE):
            headers.append("X-Forwarded-Proto: http")
        arguments = (*(f"-H {shlex.quote(header)}" for header in headers), *arguments)
        url = edge.rstrip("/") + slash + path
    return " ".join(("curl", *arguments, shlex.quote(url))) + "\n"


def document(signed: Signed) -> dict[str, Any]:
    """All of it for programs; times are seconds since 1970."""
    terms, stream = signed.terms, signed.stream
    told: dict[str, Any] = {
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
        return {**told, "stream_name": names}
    if signed.cookies is not None:
        lines = signed.cookies.set_cookie_lines(signed.domain)
        return {**told, "url": signed.plain_url, "cookies": dict(signed.cookies), "set_cookie": lines}
    return {**told, "url": signed.url}
