"""The client for viewers' requests: what it sends, to which host, under which name, and what no answer means."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cfstream.errors import WrongUsage
from cfstream.ports import NoReply, NoReplyReason, Reply, Visit
from cfstream.testing.certificates import certificate_and_key
from cfstream.web import HttpViewer
from tests.verify.account import HOST


class Server(ThreadingHTTPServer):
    """A server that answers everything, and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.named: list[str | None] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None: ...


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        if self.path.startswith("/drop"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = b"x" * 1_000_000 if self.path.startswith("/big") else b"body"
        self.send_response(301 if self.path.startswith("/moved") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "seen=1")
        self.send_header("Location", "https://elsewhere.example.com/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def plain() -> Iterator[Server]:
    """A server over HTTP."""
    server = Server()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Server]:
    """A server over TLS, with an untrusted certificate for the cname."""
    certificate, key = certificate_and_key(HOST)
    (tmp_path / "tls.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    server = Server()
    context.set_servername_callback(lambda _socket, name, _context: server.named.append(name))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust that certificate."""
    (tmp_path / "trusted.pem").write_bytes(certificate_and_key(HOST)[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))


def test_an_edge_gets_every_request_with_the_host_and_scheme_that_it_names(plain: Server) -> None:
    """Path and query arrive unchanged, because signatures cover them."""
    path = "/a/%2Ftwo%20w%C3%B6rds+~*.mp4?Policy=a-b_c~&x=%2f"
    with HttpViewer(f"http://{plain.address}/") as viewer:
        (reply,) = viewer.together([Visit(f"http://{HOST}{path}", headers={"Cookie": "a=b"})])
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (200, b"body")
    ((method, asked, headers),) = plain.asked
    assert (method, asked) == ("GET", path)
    sent = {name: headers.get(name) for name in ("Host", "X-Forwarded-Proto", "Cookie")}
    assert sent == {"Host": HOST, "X-Forwarded-Proto": "http", "Cookie": "a=b"}
    assert headers["User-Agent"].startswith("cfstream/")


def test_no_cookie_is_kept_and_no_redirect_followed(plain: Server) -> None:
    """Requests are independent: cookies from one answer are not in the next request."""
    with HttpViewer(f"http://{plain.address}") as viewer:
        replies = [viewer.together([Visit(f"https://{HOST}/moved")])[0] for _ in range(2)]
    assert [isinstance(reply, Reply) and reply.status for reply in replies] == [301, 301]
    assert [headers.get("Cookie") for _, _, headers in plain.asked] == [None, None]


def test_a_large_body_is_read_in_part(plain: Server) -> None:
    """The start of a video is enough."""
    with HttpViewer(f"http://{plain.address}") as viewer:
        replies = viewer.together([Visit(f"https://{HOST}/big")] * 3)
    assert [isinstance(reply, Reply) and len(reply.body) for reply in replies] == [1 << 18] * 3


@pytest.mark.usefixtures("trusted")
def test_through_another_host_tls_and_the_host_header_have_the_requested_name(secure: Server) -> None:
    """A cname is checked before DNS has it: with its certificate and its Host."""
    with HttpViewer() as viewer:
        (reply,) = viewer.together([Visit(f"https://{HOST}/x?y", by_way_of=secure.address)])
    assert isinstance(reply, Reply)
    assert (reply.status, secure.named) == (200, [HOST])
    ((_, path, headers),) = secure.asked
    assert (path, headers["Host"]) == ("/x?y", HOST)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_does_not_verify(secure: Server) -> None:
    """It must have the name in the URL, and nothing is sent before that is checked."""
    with HttpViewer() as viewer:
        (reply,) = viewer.together([Visit("https://other.example.com/x", by_way_of=secure.address)])
    assert isinstance(reply, NoReply)
    assert (reply.reason, secure.asked) == (NoReplyReason.BAD_TLS, [])
    assert "Hostname mismatch" in reply.message


def test_a_certificate_that_nobody_trusts_does_not_verify(secure: Server) -> None:
    """The message has OpenSSL's words."""
    with HttpViewer() as viewer:
        (reply,) = viewer.together([Visit(f"https://{HOST}/x", by_way_of=secure.address)])
    assert isinstance(reply, NoReply)
    assert (reply.reason, reply.message) == (NoReplyReason.BAD_TLS, "self-signed certificate")


def test_a_closed_port_gives_no_connection(plain: Server) -> None:
    """A connection that closes without an answer has another message."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with HttpViewer(closed) as viewer:
            (reply,) = viewer.together([Visit(f"https://{HOST}/")])
    assert isinstance(reply, NoReply)
    assert reply.reason is NoReplyReason.NO_CONNECTION
    with HttpViewer(f"http://{plain.address}") as viewer:
        (dropped,) = viewer.together([Visit(f"https://{HOST}/drop")])
    assert isinstance(dropped, NoReply)
    assert dropped.reason is NoReplyReason.NO_ANSWER


def test_a_name_that_is_none_has_no_address() -> None:
    """``.invalid`` never resolves (RFC 2606)."""
    with HttpViewer() as viewer:
        assert not viewer.resolves("media.invalid")
        assert viewer.resolves("localhost")
        (reply,) = viewer.together([Visit("https://media.invalid/")])
    assert isinstance(reply, NoReply)
    assert reply.reason is NoReplyReason.NO_ADDRESS


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://", "http://127.0.0.1/?a=b"])
def test_an_edge_url_that_is_none_is_refused(url: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(WrongUsage, match="not a valid URL"):
        HttpViewer(url)


def test_the_log_holds_no_query(plain: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Signatures are in the query and in headers, so the log has neither."""
    visit = Visit(f"https://{HOST}/a?Signature=secret", headers={"Cookie": "secret"})
    with caplog.at_level(logging.INFO, "cfstream"), HttpViewer(f"http://{plain.address}") as viewer:
        viewer.together([visit])
    assert f"viewer GET https://{HOST}/a 200" in caplog.text
    assert "secret" not in caplog.text + repr(visit)
