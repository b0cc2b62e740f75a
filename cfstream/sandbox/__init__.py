"""The sandbox: an AWS on loopback, to try things out, for tests and for pull requests.

This module is the interface for other packages. Importing it is fast: only the server's process imports moto, which is
an optional extra. `server` has the server, and `lifecycle` starts and stops one sandbox per project. The sandbox
imports nothing from the rest of cfstream: if it shared the planner's code, it would share its mistakes.
"""

from dataclasses import dataclass
from pathlib import Path

from cfstream.installation import install_command


class SandboxError(Exception):
    """The sandbox could not be started, found or stopped: `what` went wrong, and what to `do`."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


class MissingExtra(SandboxError):
    """moto is not installed; the `sandbox` extra installs it."""

    def __init__(self) -> None:
        do = install_command("sandbox")
        super().__init__(f'the sandbox needs "{do}"', do)


class WrongSetting(SandboxError):
    """The setting does not exist, or does not accept the value."""


@dataclass(frozen=True)
class Running:
    """A running sandbox."""

    endpoint_url: str
    """``http://127.0.0.1:<port>``, for every service."""
    pid: int
    home: Path
    """The directory with its state, its log and its locks."""
    started: bool = False
    """Whether the call that returned this started it."""

    @property
    def port(self) -> int:
        """The port of both."""
        return int(self.endpoint_url.rpartition(":")[2])

    @property
    def edge_url(self) -> str:
        """Where to send viewers' requests, with their Host header."""
        return self.endpoint_url


def ahead(running: Running) -> float:
    """Return how many seconds the sandbox's clock is ahead of this machine's. Raises SandboxError if it has ended."""
    from cfstream.sandbox import lifecycle

    return float(lifecycle.settings(running.home)["clock_ahead_seconds"])


@dataclass(frozen=True)
class SandboxAt:
    """What the sandbox at an address reports about itself, without its token."""

    ahead: float = 0.0
    """How many seconds its clock is ahead of this machine's."""
    project: str = ""
    """The folder of the project whose sandbox it is; empty if it is none's."""

    def is_foreign(self, directory: Path) -> bool:
        """Return whether it is the sandbox of a project that does not contain `directory`."""
        return bool(self.project) and not directory.resolve().is_relative_to(self.project)


def sandbox_at(endpoint_url: str) -> SandboxAt:
    """Return the sandbox at this address; an empty answer if it is the address of no sandbox.

    Only addresses of this machine are asked.
    """
    from cfstream.sandbox import lifecycle

    return lifecycle.at(endpoint_url)


def ensure(directory: Path) -> Running:
    """Return the sandbox of the project that contains `directory`. Start it if none runs.

    Raises MissingExtra if moto is not installed, and SandboxError as `lifecycle.up`.
    """
    from cfstream.sandbox import lifecycle, state_directory

    return lifecycle.up(state_directory.find(directory))
