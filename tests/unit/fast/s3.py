"""An S3 in memory for the pipeline: replies come in order, after a latency of a clock that only the test advances."""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cfstream.aws.fast.acl_xml import NewAcl, render
from cfstream.aws.fast.parts import LOST, AclJob, Done
from cfstream.aws.fast.pipeline import AclPipeline

OWNER = "a" * 64
OAI = "b" * 64
Fault = Callable[[str, str], tuple[int, bytes] | None]
"""Gets method and key of a request. Returns a reply in place of S3's, or None."""

PRIVATE = {
    "Owner": {"ID": OWNER},
    "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"}],
}


class FakeS3:
    """One bucket. It is the transport, the clock, and the engine's end of the messages."""

    def __init__(self, keys: Sequence[str], latency: float = 0.03) -> None:
        self.time = 0.0
        self.latency = latency
        self.acls = {key: render(PRIVATE) for key in keys}
        self.keys = sorted(keys, key=lambda key: key.encode("utf-8", "surrogateescape"))
        self.fault: Fault = lambda _method, _key: None
        self.calls: Counter[str] = Counter()
        self.log: list[tuple[float, str, str]] = []
        self.messages: list[dict[str, Any]] = []
        self.open = 0
        self.most_open = 0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def pipeline(self, **job: Any) -> AclPipeline:
        """Return a pipeline over the bucket, with a guard that always holds."""
        whole = {"base": "/b", "prefix": "", "beyond": "", "grantee": OAI, "permission": "READ", **job}
        pipeline = AclPipeline(AclJob(**whole), self, lambda: self.time, self.messages.append)
        pipeline.set_lease(1e300, 1e300)
        return pipeline

    def run(self, pipeline: AclPipeline, seconds: float = 600.0) -> None:
        """Let time pass until the pipeline is done."""
        until, tick = self.time + seconds, self.time
        while not pipeline.is_dry and not (pipeline.stopping and pipeline.busy == 0) and self.time < until:
            if self._due and self._due[0][0] <= tick:
                self.time, _, action = heapq.heappop(self._due)
                action()
            else:
                self.time = tick
                pipeline.tick()
                tick += 0.02

    def connect(self, done: Callable[[Any, str], None]) -> None:
        """Implement `Transport`."""
        self.later(lambda: done(FakeWire(self), ""))

    def later(self, action: Callable[[], None]) -> None:
        """Do it after the latency."""
        self._number += 1
        heapq.heappush(self._due, (self.time + self.latency, self._number, action))

    def answer(self, method: str, target: str, acl: NewAcl | None) -> tuple[int, bytes]:
        """Return status and body."""
        url = urlsplit(target)
        key = unquote(url.path.removeprefix("/b").removeprefix("/"), errors="surrogateescape")
        kind = "list" if not key else method
        self.calls[kind] += 1
        self.log.append((self.time, kind, key))
        if (fault := self.fault(kind, key)) is not None:
            return fault
        if not key:
            return 200, self._page(parse_qs(url.query, errors="surrogateescape"))
        if key not in self.acls:
            return error(404, "NoSuchKey")
        if acl is not None:
            self.acls[key] = acl.body
            return 200, b""
        return 200, self.acls[key]

    def _page(self, query: dict[str, list[str]]) -> bytes:
        after = query.get("start-after", [""])[0].encode("utf-8", "surrogateescape")
        prefix = query.get("prefix", [""])[0]
        first = bisect_right(self.keys, after, key=lambda key: key.encode("utf-8", "surrogateescape"))
        found = (key for key in self.keys[first:] if key in self.acls and key.startswith(prefix))
        most = int(query["max-keys"][0])
        keys = list(islice(found, most + 1))
        rows = "".join(
            f"<Contents><Key>{quote(key, errors='surrogateescape').replace('%20', '+')}</Key>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in keys[:most]
        )
        more = "true" if len(keys) > most else "false"
        return (
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>{rows}"
            "</ListBucketResult>"
        ).encode()

    @property
    def granted(self) -> int:
        return sum(OAI.encode() in acl for acl in self.acls.values())


class FakeWire:
    """One connection."""

    def __init__(self, s3: FakeS3) -> None:
        self._s3 = s3
        self._open = True

    def is_open(self) -> bool:
        return self._open

    def close(self) -> None:
        self._open = False

    def send(self, method: str, target: str, document: NewAcl | None, done: Done) -> None:
        """Answer now, and reply after the latency. A lost reply closes the connection."""
        self._s3.open += 1
        self._s3.most_open = max(self._s3.most_open, self._s3.open)
        status, body = self._s3.answer(method, target, document)

        def reply() -> None:
            self._s3.open -= 1
            if status == LOST:
                self._open = False
            done(status, body)

        self._s3.later(reply)


def error(status: int, code: str) -> tuple[int, bytes]:
    """Return an error reply of S3."""
    return status, f"<Error><Code>{code}</Code><Message>{code} it is</Message></Error>".encode()
