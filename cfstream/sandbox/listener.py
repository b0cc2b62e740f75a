"""The HTTP server of the sandbox: loopback, HTTP/1.1 with persistent connections, one write for each answer.

It has the sockets, and translates between HTTP and an environ (PEP 3333) or an `Answer`. Werkzeug's own server closes
the connection after each answer, which takes a client longer than the answer itself.
"""

import contextlib
import io
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

LOOPBACK = "127.0.0.1"

Environ = dict[str, Any]

log = logging.getLogger(__name__)

_BODILESS = (204, 304)
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Answer(NamedTuple):
    """An HTTP response. A missing length and date are added.

    A large body is in `pieces`, which are sent one after the other. Its length must then be in the headers.
    """

    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes = b""
    pieces: Iterator[bytes] | None = None


class Listener(socketserver.ThreadingTCPServer):
    """Serves `answer` on 127.0.0.1 with its own threads, until `stop`. Its answers have the date `now`."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Environ], Answer], now: Callable[[], float], port: int = 0) -> None:
        self.answer = answer
        self.now = now
        self._open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), _Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (socketserver's signature)
        log.debug("a client closed its connection", exc_info=True)

    def stop(self) -> None:
        """Close the port and every connection, so that clients notice the end of persistent ones."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "cfstream-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Listener

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        if self.path.startswith("http://"):
            # As a proxy: the only way for the AWS CLI to S3 Control, which it asks at 123456789012.127.0.0.1.
            self.path = "/" + self.path.partition("//")[2].partition("/")[2]
        body = self._body()
        environ = environ_of(self.command, self.path, self.headers.items(), body, port=self.server.port)
        self._send(self.server.answer(environ))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's signature)
        log.debug(format, *args)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, answer: Answer) -> None:
        headers = headers_of(answer, self.command, self.server.now())
        lines = [f"{self.protocol_version} {answer.status} {_REASONS.get(answer.status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        if answer.status in _BODILESS or self.command == "HEAD":
            self.wfile.write(head)
            return
        self.wfile.write(head + answer.body)
        for piece in answer.pieces or ():
            self.wfile.write(piece)


def environ_of(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, *, port: int
) -> Environ:
    """Return a request as an environ. `target` is the path with its query, as sent."""
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "RAW_URI": target,
        "REQUEST_URI": target,
        "QUERY_STRING": query,
        "SERVER_NAME": LOOPBACK,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": LOOPBACK,
        **_header_environ(headers),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def headers_of(answer: Answer, method: str, now: float) -> list[tuple[str, str]]:
    """Return the headers of an answer, with a date and, if there is a body, its length."""
    headers = {name.lower(): (name, value) for name, value in answer.headers}
    headers.setdefault("date", ("Date", formatdate(int(now), usegmt=True)))
    if answer.status in _BODILESS:
        headers.pop("content-length", None)
    elif "content-length" not in headers or (method != "HEAD" and not answer.pieces):
        headers["content-length"] = ("Content-Length", str(len(answer.body)))
    return list(headers.values())


def _header_environ(headers: Iterable[tuple[str, str]]) -> Environ:
    """Return the headers as CGI variables. moto keeps the spelling of S3 metadata names with an underscore."""
    environ: Environ = {}
    preserved: dict[str, str] = {}
    for name, value in headers:
        if name.lower() in ("transfer-encoding", "content-length"):
            continue
        if "_" in name:
            if not should_preserve_original_header_name(name):
                continue
            preserved[environ_key_for_header(name)] = name
        key = environ_key_for_header(name)
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
    return environ
