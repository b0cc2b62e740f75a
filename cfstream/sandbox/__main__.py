"""``python -m cfstream.sandbox serve --dir DIR``: run the server in the foreground, until SIGTERM or SIGINT.

``cfstream sandbox serve`` and the child process of ``lifecycle.up`` both run this.
"""

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from cfstream.sandbox import Running, SandboxError, lifecycle

# The wait should be visible in a demonstration, but short.
PERSON_READS = 2
PERSON_SECONDS = 2.0


def serve(
    home: Path, port: int = 0, ready: Callable[[Running], None] = lambda _: None, project: str = ""
) -> None:
    """Serve this directory until SIGTERM or SIGINT, then save the state. `ready` is called once requests are answered.

    `project` is the folder of the project whose sandbox it is.
    Raises MissingExtra if moto is not installed, and SandboxError if another server uses the directory or the port.
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
            sandbox = Sandbox.start(home, port or lifecycle.usual_port(home), settings, token)
        except OSError as error:
            raise SandboxError(
                f"port {port} is not available: {error.strerror}", "choose another --port"
            ) from None
        sandbox.project = project
        with sandbox:
            lifecycle.announce(home, int(sandbox.endpoint_url.rpartition(":")[2]), token)
            running = lifecycle.status(home)
            if running:
                ready(running)
            ending.wait()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m cfstream.sandbox", description=__doc__)
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--dir", type=Path, required=True, help="the directory for the state and the log")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--project", default="", help="the folder of the project whose sandbox it is")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        serve(
            arguments.dir,
            arguments.port,
            lambda running: logging.info("serving at %s", running.endpoint_url),
            arguments.project,
        )
    except SandboxError as error:
        raise SystemExit(f"error: {error.what}\n  fix: {error.do}") from None


if __name__ == "__main__":
    main()
