"""The comment APIs of GitHub and GitLab: pages, authors, permissions, and failures."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PAGE = 3
"""Comments on a page, whatever number is requested, so that tests need few."""


@dataclass
class Failure:
    """A failure of one request. With `done`, the request is carried out, but its answer is lost."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "on a bad day"
    method: str = ""
    """Only a request with this method fails; empty for any method."""
    done: bool = False
    document: Any = None
    """The document of the answer; None for a document with the message."""


@dataclass
class Host:
    """The host: its comments in the order in which they were written, and the requests it got."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Self]:
        """The host, listening on loopback."""
        host = cls()

        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": host}))
        host.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def add_comment(self, body: str, author: str = "github-actions[bot]") -> dict[str, Any]:
        """Write a comment as another user."""
        number = len(self.comments) + 1
        comment = {"id": number, "body": body, "user": {"login": author}, "author": {"id": _id_of(author)}}
        self.comments.append(comment)
        return comment

    @property
    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments]


class _Handler(BaseHTTPRequestHandler):
    owner: Host
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else {}
        path, _, query = self.path.partition("?")
        self.owner.asked.append((self.command, path))
        self.owner.tokens.add(self.headers.get("authorization") or self.headers.get("private-token") or "")
        failure = self._next_failure()
        if failure is None:
            self._answer(*self._do(path, query, sent))
            return
        if failure.done:
            self._do(path, query, sent)
        document = {"message": failure.message} if failure.document is None else failure.document
        self._answer(failure.status, document, failure.headers)

    do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 (names of http.server)

    def _next_failure(self) -> Failure | None:
        waiting = self.owner.failures
        if waiting and waiting[0].method in ("", self.command):
            return waiting.pop(0)
        return None

    def _do(self, path: str, query: str, sent: Any) -> tuple[int, Any, dict[str, str]]:
        if path.endswith("/user"):
            return 200, {"id": _id_of("project_1_bot")}, {}
        one = re.fullmatch(r".*/(?:comments|notes)/(\d+)", path)
        match self.command:
            case "GET":
                return self._list(path, query)
            case "POST":
                author = "project_1_bot" if "merge_requests" in path else "github-actions[bot]"
                return 201, self.owner.add_comment(sent["body"], author), {}
        assert one is not None
        self.owner.comments[int(one[1]) - 1]["body"] = sent["body"]
        return 200, {}, {}

    def _list(self, path: str, query: str) -> tuple[int, Any, dict[str, str]]:
        found = re.search(r"\bpage=(\d+)", query)
        page = int(found[1]) if found else 1
        rows = self.owner.comments[(page - 1) * PAGE : page * PAGE]
        more = len(self.owner.comments) > page * PAGE
        following = f'<{self.owner.url}{path}?per_page=100&page={page + 1}>; rel="next"'
        return 200, rows, {"link": following} if more else {}

    def _answer(self, status: int, document: Any, headers: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: tests look at `asked`."""


def _id_of(author: str) -> int:
    return sum(author.encode())
