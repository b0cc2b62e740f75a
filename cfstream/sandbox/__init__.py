"""The sandbox: an AWS on loopback, for trying out, for tests and for pull requests.

What lives here: the small face that other rooms use. Importing it is cheap: moto, which most of the sandbox
stands on, is an optional extra and is imported by the server's own process only. The server is in ``server``,
one sandbox per project and its coming and going in ``lifecycle``. Nothing in this package knows the rest of
cfstream: a stand-in for AWS that shared the reconciler's mapping would share its mistakes.
"""

from dataclasses import dataclass
from pathlib import Path

EXTRA = "pip install 'cfstream[sandbox]'"


class SandboxError(Exception):
    """The sandbox could not be started, found or stopped: `what` went wrong, and what to `do`."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


class MissingExtra(SandboxError):
    """moto is not installed, and only the `sandbox` extra brings it."""

    def __init__(self) -> None:
        super().__init__(f'the sandbox needs "{EXTRA}"', EXTRA)


class WrongSetting(SandboxError):
    """There is no setting of that name, or it does not take that value."""


@dataclass(frozen=True)
class Running:
    """A sandbox that answers."""

    endpoint_url: str
    """``http://127.0.0.1:<port>``, for every service."""
    pid: int
    home: Path
    """The folder that holds its state, its log and its lock."""
    started: bool = False
    """True when the call that returned this had to start it."""

    @property
    def port(self) -> int:
        """The port of both."""
        return int(self.endpoint_url.rpartition(":")[2])

    @property
    def edge_url(self) -> str:
        """Where viewers' requests go, with the Host header that they are for."""
        return self.endpoint_url


def ahead(running: Running) -> float:
    """By how many seconds the clock of that sandbox is ahead of this machine's; `SandboxError` if it is gone."""
    from cfstream.sandbox import lifecycle

    return float(lifecycle.settings(running.home)["clock_ahead_seconds"])


def ensure(directory: Path) -> Running:
    """Return the sandbox of the project that `directory` is in; start it if none runs.

    Raises MissingExtra if moto is not installed, and SandboxError as `lifecycle.up`.
    """
    from cfstream.sandbox import homes, lifecycle

    return lifecycle.up(homes.find(directory))
