"""The demo's visitors without a browser: each asks the edge as the page would, and the answers are told."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx

PLAYLIST, SEGMENT, VIDEO = "/hls/master.m3u8", "/hls/234p/part00.m4s", "/lecture.mp4"


@dataclass(frozen=True)
class Visit:
    """Who asked for what, what must come of it, and what came: a status, and CloudFront's code where it refused."""

    who: str
    path: str
    due: str
    came: str


class Visitors:
    """Those who come to one edge, by way of the application at `port`."""

    def __init__(self, edge: str, port: int) -> None:
        site = urlsplit(edge)
        self._origin = edge
        self._app = f"http://127.0.0.1:{port}"
        # Names under localhost lead browsers to this machine, but not every resolver.
        self._edge = f"http://127.0.0.1:{site.port}"
        self._host = {"Host": site.netloc}
        self._client = httpx.Client(trust_env=False)

    def all(self) -> Iterator[Visit]:
        """One visit after the other."""
        yield self._ask("anybody, for the page", "/player/player.html", "200")
        yield self._ask("anybody, for hls.js", "/player/hls.min.js", "200")
        yield from self._both("a viewer", "viewer", "200")
        yield from self._both("nobody", "nobody", "403 MissingKey")
        yield from self._both("a stranger, by a foreign key", "stranger", "403 InvalidKey")
        yield from self._both("a forger, by an altered policy", "forger", "403 AccessDenied")
        yield from self._latecomer()
        signed = self._client.get(f"{self._app}/file").json()["url"]
        yield self._ask("a viewer, by a signed URL", signed.removeprefix(self._origin), "206", part=True)
        yield self._ask("nobody, by the bare URL", VIDEO, "403 MissingKey", part=True)

    def _both(self, who: str, kind: str, due: str) -> Iterator[Visit]:
        cookie, _ = self._cookies(kind)
        for path in (PLAYLIST, SEGMENT):
            yield self._ask(who, path, due, cookie)

    def _latecomer(self) -> Iterator[Visit]:
        cookie, expires = self._cookies("latecomer")
        yield self._ask("a latecomer, in time", PLAYLIST, "200", cookie)
        time.sleep(max(0.0, expires + 0.1 - time.time()))
        yield self._ask("a latecomer, too late", PLAYLIST, "403 AccessDenied", cookie)

    def _cookies(self, kind: str) -> tuple[str, int]:
        answer = self._client.post(f"{self._app}/cookies/{kind}", headers={"Origin": self._origin})
        lines = answer.headers.get_list("set-cookie")
        kept = [line.partition(";")[0] for line in lines if "Max-Age=0" not in line]
        return "; ".join(kept), answer.json()["expires"] or 0

    def _ask(self, who: str, path: str, due: str, cookie: str = "", *, part: bool = False) -> Visit:
        headers = {**self._host, "Cookie": cookie, **({"Range": "bytes=1000-1999"} if part else {})}
        answer = self._client.get(self._edge + path, headers=headers)
        code = ElementTree.fromstring(answer.content).findtext("Code") if answer.status_code >= 400 else ""
        return Visit(who, path.partition("?")[0], due, f"{answer.status_code} {code}".strip())
