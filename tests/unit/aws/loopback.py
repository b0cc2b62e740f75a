"""A server on loopback that answers all requests in one way, and keeps what it received."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Request(NamedTuple):
    """A request that arrived."""

    target: str
    headers: dict[str, str]

    @property
    def is_of_botocore(self) -> bool:
        """Only botocore numbers its attempts."""
        return "amz-sdk-request" in self.headers


class Server(ThreadingHTTPServer):
    """Answers all requests with `status` and `body`, after `first` has been called."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 200, ""
        self.headers = {"ETag": "E2", "x-amz-request-id": "7c1f"}
        self.first: Callable[[Request], object] = lambda _: None
        self.received: list[Request] = []

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer a request."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers)
        self.server.received.append(request)
        if self.server.first(request):
            self.close_connection = True
            return
        body = self.server.body.encode()
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on loopback."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
