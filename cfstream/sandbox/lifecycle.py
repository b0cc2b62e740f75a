"""One sandbox for each project: found, started, asked and ended.

What lives here: processes, their pid file and their locks. The server itself is in ``server``; this module
runs in the process of whoever needs a sandbox, and so imports neither moto nor boto3.

The home of a sandbox is a folder of its own (``.cfstream/sandbox`` in the project). In it: ``server.json``
(pid, port and a token that only this server knows), ``server.log``, ``state``, and two locks:
``serving.lock`` is held by the server as long as it lives, so that a dead one is noticed however it died;
``starting.lock`` by whoever starts or ends one.
"""

import contextlib
import http.client
import importlib.util
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cfstream.sandbox import MissingExtra, Running, SandboxError, WrongSetting
from cfstream.sandbox.lock import APART, Taken, held

HOME_VARIABLE = "CFSTREAM_SANDBOX_DIR"
ADDRESS = "server.json"
LOG = "server.log"
SERVING = "serving.lock"
STARTING = "starting.lock"

START_SECONDS = 60.0
STOP_SECONDS = 20.0

_POLL_SECONDS = 0.02
_started: list[subprocess.Popen[bytes]] = []
"""The servers this process started, kept so that one that ends is reaped."""


def find_home(directory: Path) -> Path:
    """The sandbox folder of the project that `directory` is in: ``.cfstream/sandbox`` beside the nearest
    ``.git`` or ``.cfstream`` on the way up, else in `directory` itself. The variable CFSTREAM_SANDBOX_DIR
    overrides both.
    """
    if os.environ.get(HOME_VARIABLE):
        return Path(os.environ[HOME_VARIABLE]).expanduser().resolve()
    here = directory.resolve()
    project = next(
        (
            folder
            for folder in (here, *here.parents)
            if (folder / ".git").exists() or (folder / ".cfstream").is_dir()
        ),
        here,
    )
    return project / ".cfstream" / "sandbox"


def status(home: Path) -> Running | None:
    """The sandbox that runs there, None if none does. A pid file that outlived its server counts as none."""
    address = _read_address(home)
    if address is None:
        return None
    try:
        answer = _call(address, "GET", "status")
    except OSError:
        return None
    if not answer.get("known"):
        return None
    return Running(_url(address), int(address["pid"]), home)


def up(home: Path, port: int = 0) -> Running:
    """The sandbox that runs there; started if none does, once even when two ask at the same time.

    `MissingExtra` where moto is not installed, `SandboxError` with the end of the log where it does not come
    up.
    """
    running = status(home)
    if running:
        return running
    require_extra()
    _make(home)
    with held(home / STARTING, wait=True):
        running = status(home)
        return running or replace(_start(home, port), started=True)


def down(home: Path) -> Running | None:
    """Ends the sandbox that runs there (SIGTERM, so that it keeps its state) and returns what it was; None if
    none ran.

    `SandboxError` if it does not end.
    """
    if not home.is_dir():
        return None
    with held(home / STARTING, wait=True):
        running = status(home)
        if running is None:
            return None
        os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_served(home):
            if time.monotonic() > deadline:
                raise SandboxError(f"the sandbox does not end (pid {running.pid})", f"look into {home / LOG}")
            time.sleep(_POLL_SECONDS)
        _reap(running.pid)
        return running


def settings(home: Path) -> dict[str, Any]:
    """The settings of the sandbox that runs there. `SandboxError` if none does."""
    return _ask(home, "GET", "settings")


def change_settings(home: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """Changes the settings named and returns all. `WrongSetting` for one that there is not, or a value that
    does not fit; `SandboxError` if no sandbox runs there.
    """
    return _ask(home, "PUT", "settings", wanted)


def register_key_pair(home: Path, account: str, public_key: str) -> str:
    """The id of a CloudFront key pair of that account (its number, or self) with that public half, in PEM.

    AWS has no API for these; the sandbox needs it, so that trusted signers can sign. `WrongSetting` for a third
    pair, or for what is no RSA key of 2048 bits; `SandboxError` if no sandbox runs there.
    """
    answer = _ask(home, "PUT", "key-pairs", {"account": account, "public_key": public_key})
    return str(answer["id"])


def reset(home: Path) -> None:
    """Empties the sandbox that runs there. `SandboxError` if none does."""
    _ask(home, "POST", "reset")


def require_extra() -> None:
    """`MissingExtra` if moto or its server's parts are not installed."""
    if not all(importlib.util.find_spec(name) for name in ("moto", "flask", "flask_cors")):
        raise MissingExtra()


@contextlib.contextmanager
def serving(home: Path) -> Iterator[None]:
    """Held by a server as long as it serves that home. `SandboxError` if another one does."""
    _make(home)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held(home / SERVING, wait=False))
        except Taken:
            raise SandboxError(
                f"a sandbox already serves {home}",
                'end it with "cfstream sandbox down", or name another --dir',
            ) from None
        try:
            yield
        finally:
            (home / ADDRESS).unlink(missing_ok=True)


def announce(home: Path, port: int, token: str) -> None:
    """Writes the pid file of the server that this process is, whole or not at all, and readable by this user
    alone.
    """
    part = home / f"{ADDRESS}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"pid": os.getpid(), "port": port, "token": token}, file)
    part.replace(home / ADDRESS)


def new_token() -> str:
    """What a server is known by: a pid may be given to another process, and a port too."""
    return secrets.token_urlsafe(16)


def _make(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def _start(home: Path, port: int) -> Running:
    command = [sys.executable, "-m", "cfstream.sandbox", "serve", "--dir", str(home), "--port", str(port)]
    with (home / LOG).open("ab") as log:
        began = log.tell()
        child = subprocess.Popen(  # noqa: S603 (our own interpreter, and a path)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            **APART,
        )
    _started.append(child)
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        running = status(home)
        if running and running.pid == child.pid:
            return running
        time.sleep(_POLL_SECONDS)
    if child.poll() is None:
        child.kill()
    _reap(child.pid)
    tail = (home / LOG).read_bytes()[began:].decode(errors="replace").strip().splitlines()[-5:]
    raise SandboxError("\n".join(["the sandbox did not start", *tail]), f"look into {home / LOG}")


def _environment() -> dict[str, str]:
    """The environment of a server: without AWS settings and credentials, which are none of its business."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    here = str(Path(__file__).parents[2])
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, [here, kept.get("PYTHONPATH", "")]))}


def _reap(pid: int) -> None:
    for child in list(_started):
        if child.pid == pid:
            child.wait()
        if child.poll() is not None:
            _started.remove(child)


def _is_served(home: Path) -> bool:
    try:
        with held(home / SERVING, wait=False):
            return False
    except Taken:
        return True


def _read_address(home: Path) -> dict[str, Any] | None:
    try:
        address = json.loads((home / ADDRESS).read_text())
    except (OSError, ValueError):
        return None
    return address if isinstance(address, dict) and {"pid", "port", "token"} <= set(address) else None


def _url(address: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{address['port']}"


def _ask(home: Path, method: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    address = _read_address(home) if status(home) else None
    if address is None:
        raise SandboxError("no sandbox runs here", 'start it with "cfstream sandbox up"')
    answer = _call(address, method, what, body)
    if "error" in answer:
        raise WrongSetting(answer["error"], answer.get("do", ""))
    return answer


def _call(
    address: dict[str, Any], method: str, what: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One call to ``/_sandbox/``; OSError if nobody or nothing sensible answers."""
    connection = http.client.HTTPConnection("127.0.0.1", int(address["port"]), timeout=10)
    try:
        headers = {"X-Sandbox-Token": str(address["token"])}
        connection.request(
            method, f"/_sandbox/{what}", json.dumps(body) if body is not None else None, headers
        )
        answer = json.loads(connection.getresponse().read())
    except (http.client.HTTPException, ValueError) as rubbish:
        raise OSError(f"port {address['port']} is not a sandbox's") from rubbish
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}
