"""Requests of botocore and httpx to a sandbox in this process, without the parts that take most of a test's time.

What they send and parse, and what the sandbox reads and answers, does not change. HTTP is left out: the thread that
sends a request also answers it (`tests/sandbox` and `tests/edge` test HTTP). The digest in the signature is left out,
because the sandbox does not check it. Connections with the same settings share one session and its clients.
"""

import io
import os
import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPHeaderDict, HTTPResponse

from cfstream import workflow
from cfstream.aws import client
from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.sandbox.listener import Answer, environ_of, headers_of
from tests.world.answers import OneAfterTheOther, kept_for_a_state
from tests.world.remembered import remember
from tests.world.watched import WatchedServer


@contextmanager
def direct(sandbox: WatchedServer) -> Iterator[None]:
    """Answer every request for the sandbox's address without a socket, and keep clients for it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(URLLib3Session, "send", _sending(sandbox, URLLib3Session.send))
        patched.setattr(SigV4Auth, "add_auth", _unchecked(SigV4Auth.add_auth))
        patched.setattr(Clients, "__init__", _sharing(sandbox, Clients.__init__))
        patched.setattr(
            httpx.HTTPTransport, "handle_request", _handling(sandbox, httpx.HTTPTransport.handle_request)
        )
        # Each call draws several, and the system's random numbers are slow.
        patched.setattr(uuid, "uuid4", _drawn)
        remember(patched)
        patched.setattr(client, "ThreadPoolExecutor", OneAfterTheOther)
        patched.setattr(workflow, "readers", OneAfterTheOther)
        yield


def _sending(sandbox: WatchedServer, by_socket: Callable[..., AWSResponse]) -> Callable[..., AWSResponse]:
    here = urlsplit(sandbox.endpoint_url).netloc
    reply = kept_for_a_state(sandbox, partial(_reply, sandbox))

    def send(self: Any, request: Any) -> AWSResponse:
        url = urlsplit(request.url)
        if url.netloc != here:
            return by_socket(self, request)
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        if "Host" not in request.headers:
            headers.append(("Host", here))
        return reply(request, target, headers)

    return send


def _handling(
    sandbox: WatchedServer, by_socket: Callable[..., httpx.Response]
) -> Callable[..., httpx.Response]:
    here = urlsplit(sandbox.edge_url).netloc

    def handle_request(self: Any, request: httpx.Request) -> httpx.Response:
        if request.url.netloc.decode() != here:
            return by_socket(self, request)
        headers = [(name.decode(), value.decode("latin-1")) for name, value in request.headers.raw]
        answer = answered(sandbox, request.method, request.url.raw_path.decode(), headers, request.read())
        sent = headers_of(answer, request.method, sandbox.now())
        return httpx.Response(
            answer.status, headers=sent, stream=httpx.ByteStream(body_of(answer, request.method))
        )

    return handle_request


def answered(
    sandbox: WatchedServer, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes = b""
) -> Answer:
    """Return the sandbox's answer to a request. `target` is the path with its query."""
    port = int(sandbox.endpoint_url.rpartition(":")[2])
    return sandbox.answer(environ_of(method, target, headers, body, port=port))


def body_of(answer: Answer, method: str) -> bytes:
    """Return the body that a client gets."""
    return b"" if method == "HEAD" else b"".join((answer.body, *(answer.pieces or ())))


def _drawn() -> uuid.UUID:
    return uuid.UUID(int=_RANDOM.getrandbits(128), version=4)


_RANDOM = random.Random()
_KEPT: dict[object, dict[str, Any]] = {}


def forget_clients() -> None:
    """Give the next connections clients of their own, because a test changes them."""
    _KEPT.clear()


def _sharing(sandbox: WatchedServer, make: Callable[..., None]) -> Callable[..., None]:
    """Return `Clients.__init__` that takes session and clients of the last connection with the same settings.

    Reading botocore's models again takes longer than most commands. With a profile or a file of settings, nothing is
    shared, because tests change these files; a session of a role is not shared either.
    """

    def init(self: Clients, settings: ConnectionSettings, *of_role: Any) -> None:
        if of_role:
            make(self, settings, *of_role)
            return
        environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        endpoint = settings.endpoint_url or environment.get("AWS_ENDPOINT_URL")
        files = {"AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_DATA_PATH"}
        read_from_files = settings.profile or files & {*environment} or (Path.home() / ".aws").exists()
        if endpoint != sandbox.endpoint_url or read_from_files:
            make(self, settings)
            return
        key = (settings, frozenset(environment.items()))
        if key not in _KEPT:
            make(self, settings)
            _KEPT[key] = self.__dict__
        self.__dict__ = _KEPT[key]

    return init


def _reply(sandbox: WatchedServer, request: Any, target: str, headers: list[tuple[str, str]]) -> AWSResponse:
    answer = answered(sandbox, request.method, target, headers, _body(request.body))
    body = body_of(answer, request.method)
    sent = headers_of(answer, request.method, sandbox.now())
    if not request.stream_output:
        # With None in place of the stream, botocore would not read the body of GetBucketLocation.
        response = AWSResponse(request.url, answer.status, sent, io.BytesIO())
        response._content = body  # botocore reads it here too
        return response
    raw = HTTPResponse(
        io.BytesIO(body),
        HTTPHeaderDict(sent),
        answer.status,
        preload_content=False,
        request_method=request.method,
    )
    return AWSResponse(request.url, raw.status, raw.headers, raw)


def _unchecked(sign: Callable[..., None]) -> Callable[..., None]:
    """Return `SigV4Auth.add_auth` without the digest of the request for headers. Signed URLs are signed by `sign`."""

    def add_auth(self: Any, request: Any) -> None:
        if self.credentials is None or type(self) not in (SigV4Auth, S3SigV4Auth):
            sign(self, request)
            return
        request.context["timestamp"] = _TIME
        for name, value in (("X-Amz-Date", _TIME), ("X-Amz-Security-Token", self.credentials.token)):
            if value:
                del request.headers[name]
                request.headers[name] = value
        del request.headers["Authorization"]
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.scope(request)}, SignedHeaders=host, Signature=unchecked"
        )

    return add_auth


_TIME = "20261101T000000Z"


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
