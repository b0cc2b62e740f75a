"""One run of the program: the flags of all commands, as a connection and a terminal."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from cfstream.cli.pasting import command
from cfstream.cli.table import PROGRAM
from cfstream.cli.terminal.streams import Terminal
from cfstream.connection import Connection
from cfstream.errors import SpecProblems
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    import typer

    from cfstream.sandbox import Running


MOST_FILES = 20
"""A command is not printed with more files than this."""


@dataclass
class Invocation:
    """What all commands share in one run. It is the ``obj`` of the parser's contexts."""

    connection: Connection = field(default_factory=Connection)
    terminal: Terminal = field(default_factory=Terminal)
    given: tuple[str, ...] = ()
    """The arguments of the process."""
    _complaints: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.connection = replace(self.connection, on_start=self._announce, on_complaint=self._complain)

    def take(self, flag: str, value: Any) -> None:
        """Apply one flag. A flag that was not given changes nothing."""
        if not value:
            return
        match flag:
            case "verbose":
                self.terminal.verbosity += value
            case "quiet":
                self.terminal.verbosity = -1
            case "no_color":
                self.terminal.color = False
            case _:
                self.connection = replace(self.connection, **{flag: value})
        if flag == "region":
            self._check_region(value)
        if self.terminal.verbosity > 0:
            _log(self.terminal.verbosity)

    def again(self, instead: Mapping[str, Sequence[str]] | None = None) -> str:
        """Return the command of this run, to be pasted; `instead` replaces some of its arguments."""
        words = [word for each in self.given for word in (instead or {}).get(each, (each,))]
        return command([PROGRAM, *words])

    def go_on(self, error: SpecProblems) -> None:
        """Let the fix of problems name the command of this run with only the specs that have none."""
        others = error.others
        if others and {*others.arguments} <= {*self.given} and len(others.files) <= MOST_FILES:
            instead = {**dict.fromkeys(others.arguments, ()), others.arguments[0]: others.files}
            error.do = f"{others.advice}: `{self.again(instead)}`"

    def _check_region(self, name: str) -> None:
        """Warn about a region that AWS does not seem to have, unless a shell asks for completions."""
        from cfstream.cli.terminal.completion import is_requested
        from cfstream.cli.terminal.regions import unknown_region

        notice = None if is_requested() else unknown_region(name)
        if notice is not None:
            self.terminal.notice(notice)

    def _announce(self, sandbox: "Running") -> None:
        where = sandbox.endpoint_url
        self.terminal.note(f"Started the sandbox at {where}; to stop it: cfstream sandbox down\n")

    def _complain(self, text: str) -> None:
        """Print a complaint, once: a run may connect more than once."""
        if text not in self._complaints:
            self._complaints.add(text)
            self.terminal.note(f"note: {text}\n")


def invocation_of(ctx: "typer.Context") -> Invocation:
    """Return the run of a command."""
    found = ctx.obj
    assert isinstance(found, Invocation)  # noqa: S101 (typer types it as Any; `main` sets it)
    return found


def _log(verbosity: int) -> None:
    """Send the package's log to stderr: a line for each call to AWS at -v, everything at -vv."""
    import logging

    logger = logging.getLogger(PROGRAM)
    logger.setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler(sys.stderr))
