"""Requests the demo's files from the edge as the page does, without a browser."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx

PLAYLIST, SEGMENT, VIDEO = "/hls/master.m3u8", "/hls/234p/part00.m4s", "/lecture.mp4"


@dataclass(frozen=True)
class Visit:
    """One request: how it was signed, the path, the expected and the actual status, with CloudFront's error code."""

    how: str
    path: str
    expected: str
    actual: str


class Visitors:
    """Sends the requests to one edge, with cookies from the application at `port`."""

    def __init__(self, edge: str, port: int) -> None:
        site = urlsplit(edge)
        self._origin = edge
        self._app = f"http://127.0.0.1:{port}"
        # Browsers resolve names under localhost to this machine; not every other resolver does.
        self._edge = f"http://127.0.0.1:{site.port}"
        self._host = {"Host": site.netloc}
        self._client = httpx.Client(trust_env=False)

    def all(self) -> Iterator[Visit]:
        """Yield one result after another."""
        yield self._ask("unsigned, public page", "/player/player.html", "200")
        yield from self._both("viewer", "200")
        yield from self._both("unsigned", "403 MissingKey")
        yield from self._both("wrong-key", "403 InvalidKey")
        yield from self._both("altered-policy", "403 AccessDenied")
        yield from self._expired()
        signed = self._client.get(f"{self._app}/file").json()["url"]
        yield self._ask("viewer, signed URL", signed.removeprefix(self._origin), "206", part=True)
        yield self._ask("unsigned, plain URL", VIDEO, "403 MissingKey", part=True)

    def _both(self, kind: str, expected: str) -> Iterator[Visit]:
        cookie, _ = self._cookies(kind)
        for path in (PLAYLIST, SEGMENT):
            yield self._ask(kind.replace("-", " "), path, expected, cookie)

    def _expired(self) -> Iterator[Visit]:
        cookie, expires = self._cookies("expired")
        yield self._ask("before expiry", PLAYLIST, "200", cookie)
        time.sleep(max(0.0, expires + 0.1 - time.time()))
        yield self._ask("expired", PLAYLIST, "403 AccessDenied", cookie)

    def _cookies(self, kind: str) -> tuple[str, int]:
        answer = self._client.post(f"{self._app}/cookies/{kind}", headers={"Origin": self._origin})
        lines = answer.headers.get_list("set-cookie")
        kept = [line.partition(";")[0] for line in lines if "Max-Age=0" not in line]
        return "; ".join(kept), answer.json()["expires"] or 0

    def _ask(self, how: str, path: str, expected: str, cookie: str = "", *, part: bool = False) -> Visit:
        headers = {**self._host, "Cookie": cookie, **({"Range": "bytes=1000-1999"} if part else {})}
        answer = self._client.get(self._edge + path, headers=headers)
        code = ElementTree.fromstring(answer.content).findtext("Code") if answer.status_code >= 400 else ""
        return Visit(how, path.partition("?")[0], expected, f"{answer.status_code} {code}".strip())
