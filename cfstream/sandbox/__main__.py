"""``python -m cfstream.sandbox serve --dir DIR``: the server in the foreground, until SIGTERM or SIGINT.

What lives here: the process. ``cfstream sandbox serve`` and the child that ``lifecycle.up`` starts both end
up here.
"""

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from cfstream.sandbox import Running, SandboxError, lifecycle

# For a person, waiting should be seen, but be short.
PERSON_READS = 2
PERSON_SECONDS = 2.0


def serve(home: Path, port: int = 0, ready: Callable[[Running], None] = lambda _: None) -> None:
    """Serves that home until SIGTERM or SIGINT, then keeps the state. `ready` is told when requests are
    answered.

    `MissingExtra` where moto is not installed; `SandboxError` where another server serves that home, or the
    port is taken.
    """
    lifecycle.require_extra()
    with lifecycle.serving(home):
        from cfstream.sandbox.cloudfront import Settings
        from cfstream.sandbox.server import Sandbox

        ending = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
        token = lifecycle.new_token()
        settings = Settings(deploy_after_reads=PERSON_READS, deploy_after_seconds=PERSON_SECONDS)
        try:
            sandbox = Sandbox.start(home, port, settings, token)
        except OSError as error:
            raise SandboxError(
                f"port {port} cannot be had: {error.strerror}", "name another --port"
            ) from None
        with sandbox:
            lifecycle.announce(home, int(sandbox.endpoint_url.rpartition(":")[2]), token)
            running = lifecycle.status(home)
            if running:
                ready(running)
            ending.wait()


def main() -> None:
    """Parses the command line and serves."""
    parser = argparse.ArgumentParser(prog="python -m cfstream.sandbox", description=__doc__)
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--dir", type=Path, required=True, help="the folder that holds the state and the log")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        serve(
            arguments.dir, arguments.port, lambda running: logging.info("serving at %s", running.endpoint_url)
        )
    except SandboxError as error:
        raise SystemExit(f"error: {error.what}\n  fix: {error.do}") from None


if __name__ == "__main__":
    main()
