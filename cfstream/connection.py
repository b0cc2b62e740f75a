"""The AWS that a run uses, and the ports to it, for commands and for programs."""

import os
import shlex
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import Unreachable, WrongUsage
from cfstream.private_file import cache_folder
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfstream.aws.clock import SystemClock
    from cfstream.aws.document_cache import DocumentCache
    from cfstream.aws.sessions import ConnectionSettings
    from cfstream.ports import Clock, World
    from cfstream.sandbox import Running
    from cfstream.web import HttpViewer

EDGE_URL = "CFSTREAM_EDGE_URL"
"""The environment variable with the address for viewers' requests, if no option has it."""


@dataclass(frozen=True)
class Connection:
    """The AWS to use. Values that are None come from the environment and the AWS configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    edge_url: str | None = None
    """Where viewers' requests are sent; None for CFSTREAM_EDGE_URL, or the sandbox's edge."""
    sandbox: bool = False
    cache: bool = True
    """Whether plans may read distributions from the user's cache folder."""
    on_complaint: "Callable[[str], None] | None" = field(default=None, repr=False, compare=False)
    """Called with a sentence if the cache folder cannot be used."""
    on_start: "Callable[[Running], None] | None" = field(default=None, repr=False, compare=False)
    """Called with the sandbox if this connection starts it."""

    def flags(self) -> str:
        """Return these settings as flags for another command, quoted, with a space before each."""
        named = {
            "--profile": self.profile,
            "--region": self.region,
            "--endpoint-url": self.endpoint_url,
            "--edge-url": self.edge_url,
        }
        given = [f" {flag} {shlex.quote(value)}" for flag, value in named.items() if value]
        return "".join([*given, " --sandbox" if self.sandbox else ""])

    def world(self, clock: "Clock | None" = None) -> "World":
        """Connect to AWS, or to the sandbox, which is started if it is not running.

        Raises WrongUsage (also if the sandbox extra is not installed), NoCredentials or Unreachable.
        """
        from cfstream.aws.connecting import connect

        settings = self.settings()
        return connect(settings, clock or self.clock(), self._documents(settings), self.flags())

    def _documents(self, settings: "ConnectionSettings") -> "Callable[[str], DocumentCache] | None":
        """Return what opens the cache of an account; None if there is none."""
        from cfstream.aws.document_cache import DocumentCache

        folder = cache_folder() if self.cache else None
        if folder is None:
            return None
        endpoint, complain = settings.endpoint_url or "", self.on_complaint or (lambda _: None)
        return lambda account: DocumentCache(folder, account, endpoint, complain)

    def clock(self) -> "SystemClock":
        """Return the clock that AWS uses for signatures: this machine's, or the sandbox's. Raises as `running`."""
        from cfstream.aws.clock import SystemClock
        from cfstream.sandbox import SandboxError, ahead

        if not self.sandbox:
            return SystemClock()
        try:
            return SystemClock(ahead(self.running()))
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed

    def settings(self) -> "ConnectionSettings":
        """Return the settings of an AWS session. Starts the sandbox if needed, and raises as `running`."""
        from cfstream.aws.roles import EXTERNAL_ID
        from cfstream.aws.sessions import ConnectionSettings

        external_id = os.environ.get(EXTERNAL_ID) or None
        if not self.sandbox:
            return ConnectionSettings(self.profile, self.region, self.endpoint_url, external_id=external_id)
        url = self.running().endpoint_url
        return ConnectionSettings(region=self.region, endpoint_url=url, sandbox=True, external_id=external_id)

    @contextmanager
    def viewer(self, world: "World") -> "Iterator[HttpViewer | None]":
        """Open the client for viewers' requests; None if the endpoint is not Amazon's and its edge is unknown.

        Raises WrongUsage for an invalid edge URL.
        """
        from cfstream.web import HttpViewer

        edge = self.edge()
        if not edge and not world.real_aws:
            yield None
            return
        with HttpViewer(edge) as viewer:
            yield viewer

    def edge(self) -> str:
        """Return where viewers' requests are sent instead of to their hosts; empty if each goes to its own host.

        Starts the sandbox if needed and no address is given. Raises as `running`, and WrongUsage for an invalid edge
        URL.
        """
        from cfstream.web import edge_address

        given = edge_address(self.edge_url or os.environ.get(EDGE_URL) or "")
        return self.running().edge_url if self.sandbox and not given else given

    def running(self) -> "Running":
        """Return the sandbox of the working directory; start it if it is not running.

        Raises WrongUsage if its extra is not installed, or if an endpoint URL or a profile is given too; Unreachable if
        it does not start.
        """
        from cfstream.sandbox import MissingExtra, SandboxError, ensure

        if self.endpoint_url or self.profile:
            other = "an endpoint URL" if self.endpoint_url else "a profile"
            raise WrongUsage(
                f"the sandbox and {other} exclude each other",
                "leave out one of the two: the sandbox has its own",
            )
        try:
            running = ensure(Path.cwd())
        except MissingExtra as missing:
            raise WrongUsage(missing.what, missing.do) from missing
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed
        if running.started and self.on_start is not None:
            self.on_start(running)
        return running
