"""An S3 on loopback that keeps ACLs: lists, GetObjectAcl and PutObjectAcl, and faults. It checks who signed."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cfstream.acl_document import permissions_of
from cfstream.aws.fast.acl_xml import parse, render

PAGE = 100
"""Small pages: more than one of them is a large bucket."""
OWNER = "a" * 64
OAI = "b" * 64
PRIVATE = {
    "Owner": {"ID": OWNER},
    "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"}],
}
Fault = Callable[[str, str], tuple[int, str] | None]
"""Gets ``list``, ``GET`` or ``PUT``, and the key. Returns status and code of a refusal; status 0 is a reset."""


class LoopbackS3:
    """One bucket, ``b``."""

    def __init__(self, keys: list[str]) -> None:
        self.acls = {key: render(PRIVATE) for key in keys}
        self.calls: Counter[str] = Counter()
        self.signers: Counter[str] = Counter()
        self.fault: Fault = lambda _kind, _key: None
        self.lock = threading.Lock()
        self.url = ""

    def acl(self, key: str) -> dict[str, Any]:
        """Return the ACL of an object, as botocore parses it."""
        return parse(self.acls[key])[0]

    def granted(self, permission: str = "READ") -> set[str]:
        """Return the keys that grant the OAI exactly this permission and keep the grant of the owner."""
        return {
            key
            for key in self.acls
            if permissions_of(self.acl(key), OAI) == {permission}
            and permissions_of(self.acl(key), OWNER) == {"FULL_CONTROL"}
        }

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        url = urlsplit(target)
        key = unquote(url.path.removeprefix("/b").removeprefix("/"), errors="surrogateescape")
        kind = method if key else "list"
        signer = re.search(r"Credential=([^/]+)/", headers.get("Authorization", ""))
        with self.lock:
            self.calls[kind] += 1
            self.signers[signer[1] if signer else ""] += 1
            fault = self.fault(kind, key)
            if fault is not None:
                return fault[0], _error(fault[1])
            if headers.get("x-amz-expected-bucket-owner") != "123456789012":
                return 403, _error("AccessDenied")
            if not key:
                return 200, self._page(parse_qs(url.query, errors="surrogateescape"))
            if key not in self.acls:
                return 404, _error("NoSuchKey")
            if method == "PUT":
                self.acls[key] = body
                return 200, b""
            return 200, self.acls[key]

    def _page(self, query: dict[str, list[str]]) -> bytes:
        after = query.get("continuation-token", query.get("start-after", [""]))[0]
        prefix = query.get("prefix", [""])[0]
        place = _order(after)
        keys = sorted(
            (key for key in self.acls if key.startswith(prefix) and _order(key) > place), key=_order
        )
        page = keys[:PAGE]
        rows = "".join(
            f"<Contents><Key>{quote(key, errors='surrogateescape')}</Key>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in page
        )
        more = len(keys) > len(page)
        following = f"<NextContinuationToken>{quote(page[-1])}</NextContinuationToken>" if more else ""
        return (
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{following}{rows}</ListBucketResult>"
        ).encode()


def _order(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code} it is</Message></Error>".encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_request(self) -> None:
        s3: LoopbackS3 = self.server.s3  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, reply = s3.answer(self.command, self.path, self.headers, body)
        if status == 0:
            self.close_connection = True
            return
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(reply)}\r\nx-amz-request-id: T\r\n\r\n"
        self.wfile.write(head.encode() + reply)

    do_GET = do_PUT = handle_request  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as in http.server)
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """With the usual 5, some of 32 new connections are closed before they are accepted."""


@contextmanager
def serving(keys: list[str]) -> Iterator[LoopbackS3]:
    """Serve a bucket with these keys."""
    s3 = LoopbackS3(keys)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.s3 = s3  # type: ignore[attr-defined]
    s3.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
