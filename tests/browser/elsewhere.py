"""A page of another origin: the same site, another host and port, and a player that sends cookies."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "www.cloudfront.localhost"
"""On the same site as the edge, like www.example.com and media.example.com."""

PAGE = """\
<!doctype html>
<title>OtherOrigin</title>
<video muted></video>
<script src="hls.min.js"></script>
<script>
  function watch(playlist) {
    const hls = new Hls({xhrSetup: xhr => { xhr.withCredentials = true }})
    const video = document.querySelector('video')
    hls.on(Hls.Events.ERROR, (_, error) => { window.refusal = error.details })
    hls.loadSource(playlist)
    hls.attachMedia(video)
    video.play()
  }
</script>
"""


class OtherOrigin:
    """The server of that page. It runs until the ``with`` block ends."""

    def __init__(self, hls: Path) -> None:
        files = {"/": ("text/html", PAGE.encode()), "/hls.min.js": ("text/javascript", hls.read_bytes())}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = files.get(self.path, ("text/plain", b""))
                self.send_response(200 if self.path in files else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def origin(self) -> str:
        """The origin of the page."""
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
