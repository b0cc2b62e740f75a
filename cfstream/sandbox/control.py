"""The sandbox's own API under ``/_sandbox/``: status, settings and reset, as JSON for ``cfstream sandbox``.

A request sent by a web page is refused, so that no site can change a sandbox through its visitor's browser.
"""

import dataclasses
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cfstream.sandbox.cloudfront.key_pairs import KeyPairRefused
from cfstream.sandbox.listener import Answer, Environ
from cfstream.sandbox.setting_values import fault_of

if TYPE_CHECKING:
    from cfstream.sandbox.server import Sandbox

PREFIX = "/_sandbox/"


def answer(environ: Environ, sandbox: "Sandbox") -> Answer:
    """Answer GET status, GET or PUT settings (PUT changes the settings in its body), PUT key-pairs, and POST reset."""
    if environ.get("HTTP_ORIGIN"):
        return _json(403, {"error": "requests sent by web pages are refused"})
    asked = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX)
    known: dict[tuple[str, str], Callable[[], Answer]] = {
        ("GET", "status"): lambda: _json(200, _status(environ, sandbox)),
        ("GET", "settings"): lambda: _json(200, _settings(sandbox)),
        ("PUT", "settings"): lambda: _change(_sent(environ), sandbox),
        ("PUT", "key-pairs"): lambda: _register(_sent(environ), sandbox),
        ("POST", "reset"): lambda: _reset(environ, sandbox),
    }
    if asked not in known:
        return _json(404, {"error": f"there are {', '.join(map(' '.join, known))}"})
    return known[asked]()


def _sent(environ: Environ) -> Any:
    return json.loads(environ["wsgi.input"].read() or b"{}")


def _reset(environ: Environ, sandbox: "Sandbox") -> Answer:
    sandbox.reset()
    return _json(200, _status(environ, sandbox))


def _status(environ: Environ, sandbox: "Sandbox") -> dict[str, Any]:
    """Return the status. `known` is whether the request has the token of this server, because a pid file may be older
    than the process.
    """
    return {
        "pid": os.getpid(),
        "endpoint_url": sandbox.endpoint_url,
        "edge_url": sandbox.edge_url,
        "account": sandbox.cloudfront.account,
        "project": sandbox.project,
        "clock_ahead_seconds": sandbox.cloudfront.settings.clock_ahead_seconds,
        "known": bool(sandbox.token) and environ.get("HTTP_X_SANDBOX_TOKEN") == sandbox.token,
    }


def _settings(sandbox: "Sandbox") -> dict[str, Any]:
    return dataclasses.asdict(sandbox.cloudfront.settings)


def _change(wanted: Any, sandbox: "Sandbox") -> Answer:
    known = _settings(sandbox)
    if not isinstance(wanted, dict):
        return _json(400, {"error": "the settings are not a mapping", "do": "send a JSON object"})
    for name, value in wanted.items():
        if fault := fault_of(name, value, known):
            return _json(400, {"error": fault[0], "do": fault[1]})
    for name, value in wanted.items():
        setattr(sandbox.cloudfront.settings, name, tuple(value) if isinstance(value, list) else value)
    sandbox.written()
    return _json(200, _settings(sandbox))


def _register(wanted: Any, sandbox: "Sandbox") -> Answer:
    """Register a public half as a key pair of an account (its number, or self), and return its id."""
    account, pem = (str(wanted.get(name, "")) for name in ("account", "public_key"))
    own = sandbox.cloudfront.account
    try:
        key_pair = sandbox.cloudfront.state.key_pairs.register(own if account == "self" else account, pem)
    except KeyPairRefused as refused:
        return _json(400, {"error": str(refused)})
    sandbox.written()
    return _json(200, {"id": key_pair})


def _json(status: int, body: dict[str, Any]) -> Answer:
    text = json.dumps(body, default=sorted) + "\n"
    return Answer(status, [("Content-Type", "application/json")], text.encode())
