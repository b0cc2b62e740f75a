"""What awscrt's connections do with Python."""

import threading
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from awscrt.http import HttpHeaders, HttpRequest

from cfstream.aws.fast.crt import Connector, Endpoint


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


def test_the_event_loop_keeps_its_thread_state() -> None:
    """What a callback stores for its thread is there in the next one, so Python did not delete the thread's state."""
    stored, found = threading.local(), []

    def on_body(http_stream: Any, chunk: bytes, **_: Any) -> None:
        found.append(getattr(stored, "count", 0))
        stored.count = found[-1] + 1

    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        connection = Connector(Endpoint("http", "127.0.0.1", port, "eu-west-1", "test")).open().result(10)
        for _ in range(3):
            stream = connection.request(HttpRequest("GET", "/", HttpHeaders([("Host", "a")])), None, on_body)
            stream.activate()
            completed: Future[int] = stream.completion_future
            assert completed.result(10) == 200
        connection.close().result(10)
        server.shutdown()
    assert found == [0, 1, 2]
