"""Runs commands on a real terminal, with a time limit and without input."""

import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COLUMNS = 96
SECONDS = 180.0
"""The time limit of a command. Only a command that hangs reaches it."""

END_OF_INPUT = b"\x04"


@dataclass
class Terminal:
    """A program on its own terminal, and its output."""

    command: str
    program: "subprocess.Popen[bytes]"
    screen: int
    until: float
    output: bytes = b""

    @property
    def shown(self) -> str:
        return self.output.decode(errors="replace").replace("\r\n", "\n")

    def read_until(self, enough: Callable[[str], object]) -> bool:
        """Read until `enough` accepts the output. Return False if the program ends before.

        Raises SystemExit with the command and its output if the time limit is reached.
        """
        while not enough(self.shown):
            if not select.select([self.screen], [], [], max(0.0, self.until - time.monotonic()))[0]:
                raise SystemExit(f"{self.command} took too long and was stopped. Its output:\n{self.shown}")
            try:
                self.output += os.read(self.screen, 65536)
            except OSError:
                return False  # Linux raises EIO when the other side of a terminal is closed
        return True


@contextmanager
def on_terminal(
    command: Sequence[str], folder: Path, *, seconds: float, name: str = ""
) -> Iterator[Terminal]:
    """Start the program, and kill it at the end if it still runs. Its first question reads the end of input.

    `name` is the command in errors.
    """
    ours, theirs = pty.openpty()
    os.write(ours, END_OF_INPUT)
    program = subprocess.Popen(
        command,
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_heed_signals,  # noqa: PLW1509 (the build has one thread)
    )
    os.close(theirs)
    try:
        yield Terminal(name or shlex.join(command), program, ours, time.monotonic() + seconds)
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(ours)


def _heed_signals() -> None:
    """Undo that the parent ignores signals, as `nohup` and shells without job control do: a child inherits it."""
    for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)


def typed(command: str, folder: Path, *, seconds: float = SECONDS) -> str:
    """Return what a terminal shows for a shell command line that may call `cfstream`.

    Raises SystemExit with the output if the command fails or takes too long.
    """
    script = f'cfstream() {{ "{sys.executable}" -m cfstream "$@"; }}; stty cols {COLUMNS}; {command}'
    with on_terminal(["bash", "-c", script], folder, seconds=seconds, name=command) as terminal:
        terminal.read_until(lambda _: False)
        code = terminal.program.wait()
    if code != 0:
        raise SystemExit(f"{command} exited with {code}:\n{terminal.shown}")
    return terminal.shown.rstrip()
