"""The flags that every command has, and the World that they lead to.

``main`` takes them off the command line and remembers them here; commands ask for ``current()`` and go out by
its ``world()``. Nothing of AWS is imported before that.
"""

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cfstream import connection

if TYPE_CHECKING:
    from cfstream.ports import Clock, World
    from cfstream.sandbox import Running


@dataclass(frozen=True)
class Connection(connection.Connection):
    """The flags of a run, as given."""

    verbosity: int = 0
    """-1 for -q, 1 and more for each -v."""
    color: bool | None = None
    """False under --no-color; None leaves it to NO_COLOR and to whether the output is a terminal."""

    def flags(self) -> str:
        """These flags as a further command needs them to reach the same AWS: quoted, with a space before each."""
        named = {
            "--profile": self.profile,
            "--region": self.region,
            "--endpoint-url": self.endpoint_url,
            "--edge-url": self.edge_url,
        }
        given = [f" {flag} {shlex.quote(value)}" for flag, value in named.items() if value]
        return "".join([*given, " --sandbox" if self.sandbox else ""])

    def world(self, clock: "Clock | None" = None) -> "World":
        """As for programs, with the flags that its hints repeat."""
        return replace(super().world(clock), flags=self.flags())

    def running(self) -> "Running":
        """As for programs, and tells on stderr where it was started."""
        from cfstream.cli.terminal import streams

        running = super().running()
        if running.started:
            streams.note(f"Started the sandbox at {running.endpoint_url}; to end it: cfstream sandbox down\n")
        return running


_current = Connection()


def remember(connection: Connection) -> None:
    """Makes `connection` the one that `current` returns."""
    global _current  # noqa: PLW0603 (typer hands commands no object of ours; a process runs one command)
    _current = connection


def current() -> Connection:
    """The flags of this run."""
    return _current
