"""The flags that every command has, and the World that they lead to.

``main`` takes them off the command line and remembers them here; commands ask for ``current()`` and go out by
its ``world()``. Nothing of AWS is imported before that.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cfstream.errors import Unreachable, WrongUsage

if TYPE_CHECKING:
    from cfstream.ports import Clock, World
    from cfstream.web import HttpViewer

EDGE_URL = "CFSTREAM_EDGE_URL"
"""The variable that stands for ``--edge-url``."""


@dataclass(frozen=True)
class Connection:
    """The flags of a run, as given."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    edge_url: str | None = None
    """Where viewers' requests are sent; None leaves it to CFSTREAM_EDGE_URL, and to the sandbox."""
    sandbox: bool = False
    verbosity: int = 0
    """-1 for -q, 1 and more for each -v."""
    color: bool | None = None
    """False under --no-color; None leaves it to NO_COLOR and to whether the output is a terminal."""

    def flags(self) -> str:
        """These flags as a further command needs them to reach the same AWS, with a space before each."""
        named = {"--profile": self.profile, "--region": self.region, "--endpoint-url": self.endpoint_url}
        given = [f" {flag} {value}" for flag, value in named.items() if value]
        return "".join([*given, " --sandbox" if self.sandbox else ""])

    def world(self, clock: "Clock | None" = None) -> "World":
        """The outside as these flags name it; the sandbox is started if it is wanted and does not run.

        Raises WrongUsage (also where the sandbox's extra is not installed), NoCredentials or Unreachable.
        """
        from cfstream.aws.connection import connect
        from cfstream.aws.sessions import Settings

        if not self.sandbox:
            return connect(Settings(self.profile, self.region, self.endpoint_url), clock)
        if self.endpoint_url or self.profile:
            flag = "--endpoint-url" if self.endpoint_url else "--profile"
            raise WrongUsage(
                f"--sandbox and {flag} exclude each other",
                "leave out one of the two: the sandbox has its own",
            )
        endpoint = self._sandbox_endpoint()
        return connect(Settings(region=self.region, endpoint_url=endpoint, sandbox=True), clock)

    def viewer(self, world: "World") -> "HttpViewer | None":
        """The door to viewers' addresses; None where AWS is a stand-in, and it is not known where its edge is.

        Raises WrongUsage for an ``--edge-url`` that is none. Close it in the end.
        """
        from cfstream.web import HttpViewer

        edge = self.edge_url or os.environ.get(EDGE_URL) or ""
        if not edge and self.sandbox:
            edge = self._sandbox_endpoint()
        return HttpViewer(edge) if edge or world.real_aws else None

    def _sandbox_endpoint(self) -> str:
        from pathlib import Path

        from cfstream.cli import terminal
        from cfstream.sandbox import MissingExtra, SandboxError, ensure

        try:
            running = ensure(Path.cwd())
        except MissingExtra as missing:
            raise WrongUsage(missing.what, missing.do) from missing
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed
        if running.started:
            terminal.note(
                f"Started the sandbox at {running.endpoint_url}; to end it: cfstream sandbox down\n"
            )
        return running.endpoint_url


_current = Connection()


def remember(connection: Connection) -> None:
    """Makes `connection` the one that `current` returns."""
    global _current  # noqa: PLW0603 (typer hands commands no object of ours; a process runs one command)
    _current = connection


def current() -> Connection:
    """The flags of this run."""
    return _current
