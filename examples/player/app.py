"""The web application of the demo: it knows who may watch, signs, and sets the cookies.

It listens on loopback under the edge's own host name, at a port of its own: cookies belong to a host and not to a port,
so those that it sets go to the edge. The page itself is no business of this server: CloudFront serves it, from a public
path beside the private ones, and so the page may read what CloudFront says when it refuses.
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
"""How long a latecomer may watch: less than the video lasts."""

UNKNOWN_KEY_ID = "K1NOBODYKNOWSME"
SANDBOX_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_REGION": "us-east-1",
}
NAMES = ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")


@dataclass(frozen=True)
class Stage:
    """What the application has to know: where the edge is, and with what to sign for it."""

    edge: str
    """The origin of the distribution as a browser on this machine reaches it: http://dxxxx.cloudfront.localhost:PORT"""
    key: Path
    key_id: str
    foreign_key: Path
    """A private key whose public half is in no key group."""
    spec: Path
    endpoint_url: str

    @property
    def host(self) -> str:
        """The edge's host name, without its port."""
        return str(urlsplit(self.edge).hostname)

    @property
    def signed_for(self) -> str:
        """The origin as signatures name it: viewers come by https, which the sandbox's edge takes every request for."""
        return f"https://{self.host}"

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"{self.edge}/player/player.html"


def page_files() -> dict[str, str]:
    """The paths of the page's files, by the key that each has in the bucket."""
    own = {f"player/{name}": HERE / name for name in ("player.html", "player.css", "player.js")}
    hls = HERE / "node_modules" / "hls.js" / "dist" / "hls.min.js"
    poster = HERE.parent / "media" / "posters" / "lecture.jpg"
    files = {**own, "player/hls.min.js": hls, "player/poster.jpg": poster}
    return {key: str(path) for key, path in files.items()}


class Desk:
    """Signs for whoever asks, in the ways in which a demo wants it: well, and wrongly."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.signer = Signer(stage.key, stage.key_id)
        self._stranger = Signer(stage.foreign_key, UNKNOWN_KEY_ID)
        self._kinds: dict[str, Callable[[], Mapping[str, str]]] = {
            "viewer": lambda: self._cookies(self.signer, LONG),
            "latecomer": lambda: self._cookies(self.signer, BRIEF),
            "stranger": lambda: self._cookies(self._stranger, LONG),
            "forger": lambda: prolonged(self._cookies(self.signer, LONG)),
            "nobody": dict,
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Who may be asked for."""
        return tuple(self._kinds)

    def cookies(self, kind: str) -> Mapping[str, str]:
        """The cookies that such a one comes with; KeyError for a kind that there is not."""
        return self._kinds[kind]()

    def file_url(self) -> str:
        """The URL of the video as one file, signed for it alone."""
        signed = self.signer.url(f"{self.stage.signed_for}/{VIDEO}", LONG)
        return signed.replace(self.stage.signed_for, self.stage.edge, 1)

    def _cookies(self, signer: Signer, lasting: timedelta) -> Cookies:
        # The folder alone, for the public path of the page needs no signature.
        return signer.for_hls(f"{self.stage.signed_for}/{PLAYLIST}", lasting).cookies


def policy_of(cookies: Mapping[str, str]) -> dict[str, Any]:
    """The policy in the cookies, {} where there is none."""
    written = cookies.get("CloudFront-Policy", "").translate(str.maketrans("-_~", "+=/"))
    found: dict[str, Any] = json.loads(base64.b64decode(written)) if written else {}
    return found


def expires_of(policy: dict[str, Any]) -> int | None:
    """The second since 1970 at which the policy ends."""
    if not policy:
        return None
    return int(policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"])


def prolonged(cookies: Mapping[str, str]) -> dict[str, str]:
    """The cookies with a policy that was made to last a year longer after it was signed."""
    policy = policy_of(cookies)
    policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"] += 365 * 86400
    text = json.dumps(policy, separators=(",", ":")).encode()
    altered = base64.b64encode(text).decode().translate(str.maketrans("+=/", "-_~"))
    return {**cookies, "CloudFront-Policy": altered}


def explained(stage: Stage, cookies: Mapping[str, str]) -> list[dict[str, str]]:
    """Why CloudFront would refuse the playlist to who comes with these cookies: what `cfstream explain` says."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    asked = ["explain", f"{stage.signed_for}/{PLAYLIST}", "--cookies", header, "--spec", str(stage.spec)]
    done = subprocess.run(
        [sys.executable, "-m", "cfstream", *asked, "--endpoint-url", stage.endpoint_url, "--format", "json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=stage.spec.parent,
        env={**os.environ, **SANDBOX_CREDENTIALS},
    )
    if done.returncode != 0:
        return [{"code": "-", "what": done.stderr.partition("\n")[0]}]
    found: list[dict[str, str]] = json.loads(done.stdout)["reasons"]
    # A reason without a code speaks of the host, which bears its loopback name here.
    return [reason for reason in found if reason["code"]]


class App(AbstractContextManager["App"]):
    """The server, from entering to leaving the `with`."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on, on 127.0.0.1; the page has to be told."""
        return int(self._server.server_address[1])

    def open(self, desk: Desk) -> "App":
        """Lets requests in."""
        self._server.desk = desk
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: Desk

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that was closed before its answer came is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class _Reply:
    told: Any
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    """POST /cookies/<kind>, GET /file, GET /why: for the page alone."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        desk = self.server.desk
        if self.path == "/file":
            self._send(_Reply({"url": desk.file_url()}))
        elif self.path == "/why":
            self._send(_Reply({"reasons": explained(desk.stage, self._brought())}))
        else:
            self._send(_Reply({"error": "there is nothing here"}, 404))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        desk, kind = self.server.desk, self.path.removeprefix("/cookies/")
        if self.headers.get("Origin") != desk.stage.edge:
            self._send(_Reply({"error": "only the page may ask for cookies"}, 403))
        elif kind not in desk.kinds:
            self._send(_Reply({"error": f"there is no {kind}"}, 404))
        else:
            self._send(self._cookies(desk.cookies(kind)))

    def _cookies(self, cookies: Mapping[str, str]) -> _Reply:
        policy = policy_of(cookies)
        told = {"cookies": list(cookies), "policy": policy, "expires": expires_of(policy)}
        return _Reply(told, headers=set_cookie(cookies))

    def _brought(self) -> dict[str, str]:
        pairs = (pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name.startswith("CloudFront-")}

    def _send(self, reply: _Reply) -> None:
        body = json.dumps(reply.told).encode()
        self.send_response(reply.status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Access-Control-Allow-Origin", self.server.desk.stage.edge),
            ("Access-Control-Allow-Credentials", "true"),
            *reply.headers,
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the page shows what happens."""


def set_cookie(cookies: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that set these cookies and drop the others. A site would add `Secure`: the sandbox is plain http."""
    lines = Cookies(cookies).set_cookie_lines(secure=False, samesite="Strict")
    others = (f"CloudFront-{name}" for name in NAMES if f"CloudFront-{name}" not in cookies)
    dropped = [f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" for name in others]
    return [("Set-Cookie", line.removeprefix("Set-Cookie: ")) for line in (*lines, *dropped)]
