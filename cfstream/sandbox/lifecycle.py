"""Start, find, query and stop the sandbox of a project: its process, address file and locks.

The server itself is in ``server``. Every process that needs a sandbox imports this module, so it imports neither moto
nor boto3.

Each sandbox has a directory (see ``state_directory``) with ``server.json`` (pid, port and a token that only this server
knows), ``port`` (which the next server uses too), ``server.log``, ``state`` and two locks. The server holds
``serving.lock`` while it runs, so a dead server is always noticed. Processes that start or stop a server hold
``starting.lock``.
"""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cfstream.installation import has_extra
from cfstream.interpreter import SAFE, environment
from cfstream.sandbox import (
    MissingExtra,
    Running,
    SandboxAt,
    SandboxError,
    WrongSetting,
    state_directory,
)
from cfstream.sandbox.lock import Taken, held
from cfstream.sandbox.systems import APART

ADDRESS = "server.json"
PORT = "port"
LOG = "server.log"
SERVING = "serving.lock"
STARTING = "starting.lock"

START_SECONDS = 60.0
STOP_SECONDS = 20.0

_POLL_SECONDS = 0.02
_started: list[subprocess.Popen[bytes]] = []
"""The servers that this process started, so that it can reap each one when it ends."""

_PROGRAM = """
import os, sys
path = sys.path
standard = os.path.dirname(os.__file__)
path.insert(path.index(standard) + 1 if standard in path else len(path), sys.argv.pop(1))
from cfstream.sandbox.__main__ import main
main()
"""
"""Run ``cfstream.sandbox`` from the directory from which this process imported it. PYTHONPATH would put that directory,
which may be a checkout or all of site-packages, before the standard library.
"""


def status(home: Path) -> Running | None:
    """Return the sandbox that runs there, or None. The address file of an ended server counts as none.

    Raises SandboxError for a directory or an address file that another user could have written.
    """
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
    """Return the sandbox that runs there. Start one if none runs; only one, even if two processes ask simultaneously.

    Raises MissingExtra if moto is not installed, and SandboxError if the directory is not this user's alone or the
    server does not start, with the end of its log.
    """
    running = status(home)
    if running:
        return running
    require_extra()
    state_directory.make(home)
    with held(home / STARTING, wait=True):
        running = status(home)
        return running or replace(_start(home, port), started=True)


def down(home: Path) -> Running | None:
    """Stop the sandbox that runs there (by SIGTERM, so that it saves its state) and return it; None if none runs.

    Raises SandboxError if it does not end, and as `status`.
    """
    state_directory.check(home)
    if not home.exists():
        return None
    with held(home / STARTING, wait=True):
        running = status(home)
        if running is None:
            return None
        os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_served(home):
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"the sandbox does not stop (pid {running.pid})", f"check its log: {home / LOG}"
                )
            time.sleep(_POLL_SECONDS)
        _reap(running.pid)
        return running


def settings(home: Path) -> dict[str, Any]:
    """Return the settings of the sandbox that runs there. Raises SandboxError if none does."""
    return _ask(home, "GET", "settings")


def at(endpoint_url: str) -> SandboxAt:
    """Return the clock and the project of the sandbox at this address; those of none if no sandbox is there."""
    parts = urlsplit(endpoint_url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        return SandboxAt()
    try:
        answer = _call({"port": parts.port, "token": ""}, "GET", "status")
        return SandboxAt(float(answer.get("clock_ahead_seconds", 0.0)), str(answer.get("project", "")))
    except (OSError, ValueError, TypeError):
        return SandboxAt()


def others(home: Path) -> list[tuple[Running, str]]:
    """Return the other running sandboxes of this user's projects, each with its project."""
    found = []
    for folder in state_directory.usual_homes():
        with contextlib.suppress(SandboxError):
            if folder != home and (running := status(folder)):
                found.append((running, at(running.endpoint_url).project))
    return found


def change_settings(home: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """Change the given settings and return all of them.

    Raises WrongSetting for an unknown setting or an invalid value, and SandboxError if no sandbox runs there.
    """
    return _ask(home, "PUT", "settings", wanted)


def register_key_pair(home: Path, account: str, public_key: str) -> str:
    """Register this PEM public half for an account (its number, or self), and return the id of its key pair.

    AWS has no API for this. The sandbox needs it, so that trusted signers can sign. Raises WrongSetting for a third
    pair or anything but a 2048-bit RSA key, and SandboxError if no sandbox runs there.
    """
    answer = _ask(home, "PUT", "key-pairs", {"account": account, "public_key": public_key})
    return str(answer["id"])


def reset(home: Path) -> None:
    """Empty the sandbox of this directory: the one that runs there, or the state that is kept. Raises as `status`."""
    state_directory.check(home)
    if not home.exists():
        return
    with held(home / STARTING, wait=True):
        if status(home):
            _ask(home, "POST", "reset")
        else:
            (home / state_directory.STATE).unlink(missing_ok=True)


def has_state(home: Path) -> bool:
    """Return whether this directory has the state of an earlier sandbox."""
    return (home / state_directory.STATE).is_file()


def require_extra() -> None:
    """Raise MissingExtra if moto or its server's parts are not installed."""
    if not has_extra("sandbox"):
        raise MissingExtra()


@contextlib.contextmanager
def serving(home: Path) -> Iterator[None]:
    """Hold the lock of a server for this directory. Raises SandboxError if another server holds it."""
    state_directory.make(home)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held(home / SERVING, wait=False))
        except Taken:
            raise SandboxError(
                f"a sandbox already serves {home}",
                'stop it with "cfstream sandbox down", or choose another --dir',
            ) from None
        try:
            yield
        finally:
            (home / ADDRESS).unlink(missing_ok=True)


def announce(home: Path, port: int, token: str) -> None:
    """Write the address file of this server, readable only by this user."""
    address = {"pid": os.getpid(), "port": port, "token": token}
    state_directory.write(home / ADDRESS, json.dumps(address).encode())
    state_directory.write(home / PORT, str(port).encode())


def usual_port(home: Path) -> int:
    """Return the port of the last server of this directory if it is free, or 0.

    The variables that a shell got from ``cfstream sandbox up`` then stay right after ``down`` and ``up``.
    """
    try:
        port = int(state_directory.read(home / PORT))
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
    except (OSError, OverflowError, ValueError):
        return 0
    return port


def new_token() -> str:
    """Return a new token that identifies a server, because its pid and its port may be reused."""
    return secrets.token_urlsafe(16)


def _start(home: Path, port: int) -> Running:
    state_directory.check_state(home)  # checked here for its message; the server's would be in its log
    package = str(Path(__file__).parents[2])
    command = [*SAFE, "-c", _PROGRAM, package, "serve", "--dir", str(home.absolute()), "--port", str(port)]
    command += ["--project", state_directory.project_of(home, Path.cwd())]
    log = state_directory.opened(home / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        began = os.fstat(log).st_size
        child = subprocess.Popen(  # noqa: S603 (our own interpreter, and a path)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            cwd=home,
            **APART,
        )
    finally:
        os.close(log)
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
    tail = state_directory.read(home / LOG)[began:].decode(errors="replace").strip().splitlines()[-5:]
    raise SandboxError("\n".join(["the sandbox did not start", *tail]), f"check its log: {home / LOG}")


def _environment() -> dict[str, str]:
    """Return the environment of a server: without AWS settings and credentials, which it does not need."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return environment(kept)


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
    state_directory.check(home)
    try:
        address = json.loads(state_directory.read(home / ADDRESS))
    except (OSError, ValueError):
        return None
    return address if isinstance(address, dict) and {"pid", "port", "token"} <= set(address) else None


def _url(address: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{address['port']}"


def _ask(home: Path, method: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    address = _read_address(home) if status(home) else None
    if address is None:
        raise SandboxError("no sandbox runs here", 'start one with "cfstream sandbox up"')
    answer = _call(address, method, what, body)
    if "error" in answer:
        raise WrongSetting(answer["error"], answer.get("do", ""))
    return answer


def _call(
    address: dict[str, Any], method: str, what: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make one call to ``/_sandbox/``. Raises OSError without a valid answer."""
    connection = http.client.HTTPConnection("127.0.0.1", int(address["port"]), timeout=10)
    try:
        headers = {"X-Sandbox-Token": str(address["token"])}
        connection.request(
            method, f"/_sandbox/{what}", json.dumps(body) if body is not None else None, headers
        )
        answer = json.loads(connection.getresponse().read())
    except (http.client.HTTPException, ValueError) as invalid_reply:
        raise OSError(f"the server on port {address['port']} is not a sandbox") from invalid_reply
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}
