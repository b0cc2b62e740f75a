"""Requests of botocore to a sandbox of this process, answered in the thread that asks: no socket, no second thread.

What botocore sends and parses, and what the sandbox reads and answers, is the same. Only HTTP itself is left out,
which costs a third of a test's time and is tested in `tests/sandbox`.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPHeaderDict, HTTPResponse

from cfstream.sandbox.listener import environ_of, headers_of
from cfstream.sandbox.server import Sandbox


@contextmanager
def direct(sandbox: Sandbox) -> Iterator[None]:
    """Answers what is sent to the sandbox's address without a socket."""
    by_socket = URLLib3Session.send
    here = urlsplit(sandbox.endpoint_url).netloc

    def send(self: Any, request: Any) -> AWSResponse:
        url = urlsplit(request.url)
        if url.netloc != here:
            return by_socket(self, request)
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        if "Host" not in request.headers:
            headers.append(("Host", here))
        return _reply(sandbox, request, target, headers)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(URLLib3Session, "send", send)
        yield


def _reply(sandbox: Sandbox, request: Any, target: str, headers: list[tuple[str, str]]) -> AWSResponse:
    port = int(sandbox.endpoint_url.rpartition(":")[2])
    answer = sandbox.answer(environ_of(request.method, target, headers, _body(request.body), port=port))
    body = b"" if request.method == "HEAD" else b"".join((answer.body, *(answer.pieces or ())))
    raw = HTTPResponse(
        io.BytesIO(body),
        HTTPHeaderDict(headers_of(answer, request.method, sandbox.now())),
        answer.status,
        preload_content=False,
        request_method=request.method,
    )
    response = AWSResponse(request.url, raw.status, raw.headers, raw)
    if not request.stream_output:
        response.content  # noqa: B018 (botocore reads it here too)
    return response


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
