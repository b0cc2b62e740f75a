"""The web application of the demo: it signs and sets the cookies.

It listens on loopback under the edge's host name, at another port. Cookies belong to a host, not to a port, so the
browser sends them to the edge too. CloudFront serves the page itself, from a public path of the same distribution. So
the page has the same origin as the video and can read the body of a refusal.
"""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cfstream.sign import Cookies, Signer

HERE = Path(__file__).resolve().parent
VIDEO = "lecture.mp4"
PLAYLIST = "hls/master.m3u8"

LONG = timedelta(hours=2)
BRIEF = timedelta(seconds=6)
"""Shorter than the video, so that the cookies expire while it plays."""

UNKNOWN_KEY_ID = "K1NOTINANYGROUP"
SANDBOX_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_REGION": "us-east-1",
}
NAMES = ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")


@dataclass(frozen=True)
class Setup:
    """The applied stack: the address of its edge, and the keys to sign with."""

    edge: str
    """The distribution's origin for browsers on this machine: http://dxxxx.cloudfront.localhost:PORT"""
    key: Path
    key_id: str
    foreign_key: Path
    """A private key whose public half is in no key group."""
    spec: Path
    endpoint_url: str

    @property
    def host(self) -> str:
        """The edge's host name, without the port."""
        return str(urlsplit(self.edge).hostname)

    @property
    def signed_for(self) -> str:
        """The origin in signatures. It uses https, because the sandbox's edge counts every request as https."""
        return f"https://{self.host}"

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"{self.edge}/player/player.html"


def page_files() -> dict[str, str]:
    """Return the paths of the page's files by object key. hls.js is left out if it is not installed."""
    own = {f"player/{name}": HERE / name for name in ("player.html", "player.css", "player.js")}
    hls = HERE / "node_modules" / "hls.js" / "dist" / "hls.min.js"
    poster = HERE.parent / "media" / "posters" / "lecture.jpg"
    files = {**own, "player/hls.min.js": hls, "player/poster.jpg": poster}
    return {key: str(path) for key, path in files.items() if path.exists()}


class DemoSigner:
    """Signs cookies and a URL: valid ones, and ones that CloudFront refuses."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.signer = Signer(setup.key, setup.key_id)
        self._wrong_key = Signer(setup.foreign_key, UNKNOWN_KEY_ID)
        self._kinds: dict[str, Callable[[], Mapping[str, str]]] = {
            "viewer": lambda: self._cookies(self.signer, LONG),
            "unsigned": dict,
            "expired": lambda: self._cookies(self.signer, BRIEF),
            "wrong-key": lambda: self._cookies(self._wrong_key, LONG),
            "altered-policy": lambda: prolonged(self._cookies(self.signer, LONG)),
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of cookies, as the page names them."""
        return tuple(self._kinds)

    def cookies(self, kind: str) -> Mapping[str, str]:
        """Return the cookies of that kind. Raises KeyError for an unknown kind."""
        return self._kinds[kind]()

    def file_url(self) -> str:
        """Return the signed URL of the MP4 file."""
        signed = self.signer.url(f"{self.setup.signed_for}/{VIDEO}", LONG)
        return signed.replace(self.setup.signed_for, self.setup.edge, 1)

    def _cookies(self, signer: Signer, lasting: timedelta) -> Cookies:
        # Only the folder of the playlist: the page's public path needs no signature.
        return signer.for_hls(f"{self.setup.signed_for}/{PLAYLIST}", lasting).cookies


def policy_of(cookies: Mapping[str, str]) -> dict[str, Any]:
    """Return the policy in the cookies; {} if they have none."""
    written = cookies.get("CloudFront-Policy", "").translate(str.maketrans("-_~", "+=/"))
    found: dict[str, Any] = json.loads(base64.b64decode(written)) if written else {}
    return found


def expires_of(policy: dict[str, Any]) -> int | None:
    """Return the policy's expiry in seconds since 1970."""
    if not policy:
        return None
    return int(policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"])


def prolonged(cookies: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies with a policy altered after it was signed: it expires a year later."""
    policy = policy_of(cookies)
    policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"] += 365 * 86400
    text = json.dumps(policy, separators=(",", ":")).encode()
    altered = base64.b64encode(text).decode().translate(str.maketrans("+=/", "-_~"))
    return {**cookies, "CloudFront-Policy": altered}


def explained(setup: Setup, cookies: Mapping[str, str]) -> list[dict[str, str]]:
    """Return why CloudFront refuses the playlist with these cookies, from `cfstream explain`."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    asked = ["explain", f"{setup.signed_for}/{PLAYLIST}", "--cookies", header, "--spec", str(setup.spec)]
    done = subprocess.run(
        [sys.executable, "-m", "cfstream", *asked, "--endpoint-url", setup.endpoint_url, "--format", "json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=setup.spec.parent,
        env={**os.environ, **SANDBOX_CREDENTIALS},
    )
    if done.returncode != 0:
        return [{"code": "-", "what": done.stderr.partition("\n")[0]}]
    found: list[dict[str, str]] = json.loads(done.stdout)["reasons"]
    # A reason without a code is about the host, which has its loopback name here.
    return [reason for reason in found if reason["code"]]


class App(AbstractContextManager["App"]):
    """The server. It runs until the `with` block ends."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1. The page reads it from app.json."""
        return int(self._server.server_address[1])

    def open(self, signer: DemoSigner) -> "App":
        """Start to answer requests."""
        self._server.signer = signer
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    signer: DemoSigner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore browsers that closed the connection before the reply."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class _Reply:
    body: Any
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    """Answer the page: POST /cookies/<kind>, GET /file, GET /why."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        signer = self.server.signer
        if self.path == "/file":
            self._send(_Reply({"url": signer.file_url()}))
        elif self.path == "/why":
            self._send(_Reply({"reasons": explained(signer.setup, self._sent())}))
        else:
            self._send(_Reply({"error": "not found"}, 404))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signer, kind = self.server.signer, self.path.removeprefix("/cookies/")
        if self.headers.get("Origin") != signer.setup.edge:
            self._send(_Reply({"error": "only the demo page may request cookies"}, 403))
        elif kind not in signer.kinds:
            self._send(_Reply({"error": f"unknown kind of cookies: {kind}"}, 404))
        else:
            self._send(self._cookies(signer.cookies(kind)))

    def _cookies(self, cookies: Mapping[str, str]) -> _Reply:
        policy = policy_of(cookies)
        body = {"cookies": list(cookies), "policy": policy, "expires": expires_of(policy)}
        return _Reply(body, headers=set_cookie(cookies))

    def _sent(self) -> dict[str, str]:
        pairs = (pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name.startswith("CloudFront-")}

    def _send(self, reply: _Reply) -> None:
        body = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Access-Control-Allow-Origin", self.server.signer.setup.edge),
            ("Access-Control-Allow-Credentials", "true"),
            *reply.headers,
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the page shows every answer."""


def set_cookie(cookies: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the headers that set these cookies and delete the others.

    A real site adds `Secure`. The sandbox serves plain http, so it is left out here.
    """
    lines = Cookies(cookies).set_cookie_lines(secure=False, samesite="Strict")
    others = (f"CloudFront-{name}" for name in NAMES if f"CloudFront-{name}" not in cookies)
    deleted = [f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" for name in others]
    return [("Set-Cookie", line.removeprefix("Set-Cookie: ")) for line in (*lines, *deleted)]
