"""What `cfstream sign` prints: lines to paste, or a document for programs."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfstream.sign import Cookies, Signer, StreamName, Terms

if TYPE_CHECKING:
    from datetime import datetime

FORMAT_VERSION = 1


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
    """What the cookies open, without a signature."""
    stream: StreamName | None = None
    is_canned: bool = False

    @classmethod
    def canned(cls, signer: Signer, resource: str, url: str, expires: "datetime") -> "Signed":
        """A URL under the canned policy."""
        return cls(signer, Terms(resource, int(expires.timestamp())), url, is_canned=True)

    @classmethod
    def of_stream(cls, signer: Signer, resource: str, name: StreamName, expires: "datetime") -> "Signed":
        """A stream name."""
        canned = "?Expires=" in name.bare or "&Expires=" in name.bare
        return cls(signer, Terms(resource, int(expires.timestamp())), stream=name, is_canned=canned)


def url_text(signed: Signed, *, curl: bool) -> str:
    """The URL in a line of its own, or the curl command that asks for it; for a stream name its forms."""
    if signed.stream is not None:
        return f"{signed.stream}\n"
    return f"curl {shlex.quote(signed.url or '')}\n" if curl else f"{signed.url}\n"


def cookies_text(signed: Signed, *, curl: bool) -> str:
    """The Set-Cookie lines, or the curl command that sends the cookies."""
    cookies = signed.cookies or Cookies({})
    if curl:
        return f"curl {cookies.curl()} {shlex.quote(signed.plain_url)}\n"
    return "".join(f"{line}\n" for line in cookies.set_cookie_lines(signed.domain))


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
