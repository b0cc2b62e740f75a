"""Which AWS a run speaks to, and the doors to it: for commands and for programs alike."""

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import Unreachable, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfstream.aws.clock import SystemClock
    from cfstream.aws.sessions import Settings
    from cfstream.ports import Clock, World
    from cfstream.sandbox import Running
    from cfstream.web import HttpViewer

EDGE_URL = "CFSTREAM_EDGE_URL"
"""The variable that says where viewers' requests are sent, where nothing else does."""


@dataclass(frozen=True)
class Connection:
    """What a person says of the connection; None leaves it to the environment and the AWS configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    edge_url: str | None = None
    """Where viewers' requests are sent; None leaves it to CFSTREAM_EDGE_URL, and to the sandbox."""
    sandbox: bool = False

    def world(self, clock: "Clock | None" = None) -> "World":
        """The outside; the sandbox is started if it is wanted and does not run.

        Raises WrongUsage (also where the sandbox's extra is not installed), NoCredentials or Unreachable.
        """
        from cfstream.aws.connection import connect

        settings = self.settings()
        return connect(settings, clock or self.clock())

    def clock(self) -> "SystemClock":
        """The time by which signatures are judged: this machine's, and in the sandbox its own. Raises as `running`."""
        from cfstream.aws.clock import SystemClock
        from cfstream.sandbox import SandboxError, ahead

        if not self.sandbox:
            return SystemClock()
        try:
            return SystemClock(ahead(self.running()))
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed

    def settings(self) -> "Settings":
        """The same as settings of a session. Starts the sandbox if need be, and raises as `running`."""
        from cfstream.aws.sessions import Settings

        if not self.sandbox:
            return Settings(self.profile, self.region, self.endpoint_url)
        return Settings(region=self.region, endpoint_url=self.running().endpoint_url, sandbox=True)

    @contextmanager
    def viewer(self, world: "World") -> "Iterator[HttpViewer | None]":
        """The door to viewers' addresses; None where AWS is a stand-in, and it is not known where its edge is.

        Raises WrongUsage for an edge URL that is none.
        """
        from cfstream.web import HttpViewer

        edge = self.edge()
        if not edge and not world.real_aws:
            yield None
            return
        with HttpViewer(edge) as viewer:
            yield viewer

    def edge(self) -> str:
        """Where viewers' requests are sent in place of the hosts that they name; empty where each goes to its own.

        The sandbox is started if it is wanted, does not run, and nothing else says where. Raises as `running`, and
        WrongUsage for an edge URL that is none.
        """
        from cfstream.web import edge_address

        given = edge_address(self.edge_url or os.environ.get(EDGE_URL) or "")
        return self.running().edge_url if self.sandbox and not given else given

    def running(self) -> "Running":
        """The sandbox of the folder where the process stands; started if it does not run.

        Raises WrongUsage where its extra is not installed, or an endpoint URL or a profile is named beside it;
        Unreachable where it does not come up.
        """
        from cfstream.sandbox import MissingExtra, SandboxError, ensure

        if self.endpoint_url or self.profile:
            other = "an endpoint URL" if self.endpoint_url else "a profile"
            raise WrongUsage(
                f"the sandbox and {other} exclude each other",
                "leave out one of the two: the sandbox has its own",
            )
        try:
            return ensure(Path.cwd())
        except MissingExtra as missing:
            raise WrongUsage(missing.what, missing.do) from missing
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed
