"""Grants on objects with bare awscrt, two processes: `grants_crt.py [AT_ONCE] BUCKET [read]`.

The same calls as cfstream: a list, and for each object GetObjectAcl and PutObjectAcl, signed, AT_ONCE connections in
each process. It merges nothing, repeats nothing, and checks only that every status is 200. With ``read`` it makes only
the reads.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpClientConnection, HttpHeaders, HttpRequest
from awscrt.io import (
    ClientBootstrap,
    ClientTlsContext,
    DefaultHostResolver,
    EventLoopGroup,
    TlsContextOptions,
)

ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL_S3"])
LOOPS = EventLoopGroup(1)
BOOTSTRAP = ClientBootstrap(LOOPS, DefaultHostResolver(LOOPS))
PROVIDER = AwsCredentialsProvider.new_static("sandbox", "sandbox")
OWNER, GRANTEE = "a" * 64, "b" * 64
GRANT = (
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>{}</ID>'
    "</Grantee><Permission>FULL_CONTROL</Permission></Grant>"
)
BODY = (
    f'<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>{OWNER}</ID></Owner>'
    f"<AccessControlList>{GRANT.format(OWNER)}{GRANT.format(GRANTEE)}</AccessControlList></AccessControlPolicy>"
).encode()


def trusting() -> Any:
    """Return what a connection over https needs, and None for http."""
    if ENDPOINT.scheme == "http":
        return None
    options = TlsContextOptions()
    options.override_default_trust_store_from_path(None, os.environ["AWS_CA_BUNDLE"])
    return ClientTlsContext(options)


TLS = trusting()


def connect() -> Any:
    options = TLS.new_connection_options() if TLS else None
    if options:
        options.set_server_name(ENDPOINT.hostname)
    return HttpClientConnection.new(
        ENDPOINT.hostname, ENDPOINT.port, BOOTSTRAP, tls_connection_options=options
    ).result()


def send(
    connection: Any, method: str, path: str, body: bytes | None, done: Callable[[bytes], object]
) -> None:
    """Sign and send one request, then call `done` with the body of the reply."""
    headers = HttpHeaders([("Host", ENDPOINT.netloc)])
    if body:
        headers.add("Content-Length", str(len(body)))
    request = HttpRequest(method, path, headers, BytesIO(body) if body else None)
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        credentials_provider=PROVIDER,
        region="us-east-1",
        service="s3",
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
    )
    chunks: list[bytes] = []

    def finished(stream: Any) -> None:
        # Without this, a lost reply would be an exception that nobody sees, and the rest would wait for it.
        outcome = stream.exception() or stream.result()
        if outcome != 200:
            print(f"{outcome} for {method} {path}", flush=True)
            os._exit(1)
        done(b"".join(chunks))

    def signed(future: Any) -> None:
        stream = connection.request(future.result(), on_body=lambda chunk, **_: chunks.append(bytes(chunk)))
        stream.completion_future.add_done_callback(finished)
        stream.activate()

    aws_sign_request(request, config).add_done_callback(signed)


def arrived(body: list[bytes], done: threading.Event, reply: bytes) -> None:
    body.append(reply)
    done.set()


def listed(bucket: str) -> Iterator[list[str]]:
    connection = connect()
    token: str | None = ""
    while token is not None:
        body: list[bytes] = []
        done = threading.Event()
        path = f"/{bucket}?list-type=2{token}"
        send(connection, "GET", path, None, partial(arrived, body, done))
        done.wait()
        text = body[0].decode()
        yield re.findall("<Key>(.*?)</Key>", text)
        following = re.search("<NextContinuationToken>(.*?)</NextContinuationToken>", text)
        token = f"&continuation-token={following[1]}" if following else None


def work(at_once: int, bucket: str, number: int, only_read: bool) -> None:  # noqa: C901, FBT001 (a script)
    """Grant on every second page of keys."""
    left = threading.Semaphore(0)
    queue: list[str] = []

    def lane(connection: Any) -> None:
        try:
            key = queue.pop()
        except IndexError:
            idle.append(connection)
            return
        path = f"/{bucket}/{key}?acl"

        def written(_reply: bytes) -> None:
            left.release()
            lane(connection)

        def read(_reply: bytes) -> None:
            if only_read:
                written(_reply)
            else:
                send(connection, "PUT", path, BODY, written)

        send(connection, "GET", path, None, read)

    idle = [connect() for _ in range(at_once)]
    total = 0
    for page, keys in enumerate(listed(bucket)):
        if page % 2 != number:
            continue
        queue.extend(keys)
        total += len(keys)
        while idle and queue:
            lane(idle.pop())
        while len(queue) > 1000:
            left.acquire()
            total -= 1
    while total:
        if idle and queue:
            lane(idle.pop())
        left.acquire()
        total -= 1


def main(arguments: list[str]) -> int:
    only_read = arguments[-1] == "read"
    at_once = int(arguments[0])
    bucket = arguments[1]
    if "CRT_NUMBER" in os.environ:
        work(at_once, bucket, int(os.environ["CRT_NUMBER"]), only_read)
        return 0
    workers = [
        subprocess.Popen([sys.executable, __file__, *arguments], env={**os.environ, "CRT_NUMBER": str(n)})
        for n in (0, 1)
    ]
    return max(worker.wait() for worker in workers)


sys.exit(main(sys.argv[1:]))
