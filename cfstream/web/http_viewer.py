"""Implement `ports.Viewer` with httpx: names, TLS, one connection pool, many concurrent requests.

A request never follows a redirect, sends only the cookies that it was given, and reads at most `MOST` bytes of a body.
"""

import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

import cfstream
from cfstream.errors import WrongUsage
from cfstream.ports import NoReply, NoReplyReason, Reply, Visit

if TYPE_CHECKING:
    import httpx

AT_ONCE = 16
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0

MOST = 1 << 18
"""Bytes that are read of a body. This covers whole playlists and error documents, and the beginning of a segment."""

log = logging.getLogger("cfstream")


class HttpViewer:
    """`ports.Viewer` over the network. Close it, or use it in a ``with`` block. Safe to share between threads.

    With an `edge_url`, every request goes there, with its own host in the Host header and its scheme in
    ``X-Forwarded-Proto``. Raises WrongUsage if `edge_url` is not a valid URL.
    """

    def __init__(self, edge_url: str = "") -> None:
        import httpx

        self.edge_url = edge_address(edge_url)
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            cookies=no_cookies,
            follow_redirects=False,
            headers={"User-Agent": f"cfstream/{cfstream.__version__}", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
            trust_env=not self.edge_url,
        )
        self._pool = ThreadPoolExecutor(AT_ONCE, "cfstream-viewer")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        return tuple(self._pool.map(self._visit, visits))

    def resolves(self, host: str) -> bool:
        if self.edge_url or "https" in getproxies():
            return True  # a proxy resolves the names itself
        try:
            return bool(socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM))
        except OSError:
            return False

    def _visit(self, visit: Visit) -> Reply | NoReply:
        import httpx

        try:
            reply = self._send(visit)
        except httpx.HTTPError as error:
            silent = _silence(error)
            log.info("viewer %s %s %s", visit.method, _shown(visit.url), silent.reason)
            return silent
        log.info("viewer %s %s %d", visit.method, _shown(visit.url), reply.status)
        return reply

    def _send(self, visit: Visit) -> Reply:
        with self._client.stream(
            visit.method,
            self._address(visit),
            headers={**visit.headers, **self._stands_for(visit)},
            extensions=_tls_name(visit),
        ) as response:
            body = b"".join(_beginning(response))
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, body)

    def _address(self, visit: Visit) -> "httpx.URL":
        """Return the URL to which the request is sent, with its path and query unchanged."""
        import httpx

        parts = urlsplit(visit.url)
        path = visit.url.split(parts.netloc, 1)[1] or "/"
        base = self.edge_url or f"{parts.scheme}://{visit.by_way_of or parts.netloc}"
        return httpx.URL(base).copy_with(raw_path=path.encode("ascii"))

    def _stands_for(self, visit: Visit) -> dict[str, str]:
        parts = urlsplit(visit.url)
        if self.edge_url:
            return {"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme}
        return {"Host": parts.netloc} if visit.by_way_of else {}


def _tls_name(visit: Visit) -> dict[str, Any]:
    """Request and verify TLS for the name in the URL, even if the connection is to another address."""
    return {"sni_hostname": urlsplit(visit.url).hostname} if visit.by_way_of else {}


def _beginning(response: "httpx.Response") -> Iterator[bytes]:
    left = MOST
    for piece in response.iter_raw():
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _silence(error: "httpx.HTTPError") -> NoReply:
    """Return why there is no reply, from the cause of httpx's exception. Its own text may contain a URL."""
    import httpx

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return NoReply(NoReplyReason.BAD_TLS, getattr(cause, "verify_message", "") or cause.reason or "")
        if isinstance(cause, socket.gaierror):
            return NoReply(NoReplyReason.NO_ADDRESS, cause.strerror or "")
    reason = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror), "")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return NoReply(NoReplyReason.NO_CONNECTION, reason or "the connection timed out")
    return NoReply(NoReplyReason.NO_ANSWER, reason or "the connection closed or timed out")


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__


def _shown(url: str) -> str:
    """Return a URL without its query, which may be all that is needed to get access."""
    return url.partition("?")[0]


def edge_address(edge_url: str) -> str:
    """Return the URL of an edge without a trailing slash; empty for none. Raises WrongUsage for an invalid one."""
    parts = urlsplit(edge_url)
    if edge_url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise WrongUsage(
            f"--edge-url {_shown(edge_url)[:100]}: not a valid URL",
            "write it like http://127.0.0.1:4566",
        )
    return edge_url.rstrip("/")
