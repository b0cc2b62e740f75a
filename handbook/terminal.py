"""Runs commands on a real terminal, with a time limit and without input."""

import os
import pty
import select
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

    program: "subprocess.Popen[bytes]"
    screen: int
    until: float
    output: bytes = b""

    @property
    def shown(self) -> str:
        return self.output.decode(errors="replace").replace("\r\n", "\n")

    def read_until(self, enough: Callable[[str], object]) -> bool:
        """Read until `enough` accepts the output. Return False if the program ends before.

        Raises SystemExit with the output if the time limit is reached.
        """
        while not enough(self.shown):
            if not select.select([self.screen], [], [], max(0.0, self.until - time.monotonic()))[0]:
                raise SystemExit(f"the program took too long and was stopped. Its output:\n{self.shown}")
            try:
                self.output += os.read(self.screen, 65536)
            except OSError:
                return False  # Linux raises EIO when the other side of a terminal is closed
        return True


@contextmanager
def on_terminal(command: Sequence[str], folder: Path, *, seconds: float) -> Iterator[Terminal]:
    """Start the program, and kill it at the end if it still runs. Its first question reads the end of input."""
    ours, theirs = pty.openpty()
    os.write(ours, END_OF_INPUT)
    program = subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Terminal(program, ours, time.monotonic() + seconds)
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(ours)


def typed(command: str, folder: Path, *, seconds: float = SECONDS) -> str:
    """Return what a terminal shows for a shell command line that may call `cfstream`.

    Raises SystemExit with the output if the command fails or takes too long.
    """
    script = f'cfstream() {{ "{sys.executable}" -m cfstream "$@"; }}; stty cols {COLUMNS}; {command}'
    with on_terminal(["bash", "-c", script], folder, seconds=seconds) as terminal:
        terminal.read_until(lambda _: False)
        code = terminal.program.wait()
    if code != 0:
        raise SystemExit(f"{command} exited with {code}:\n{terminal.shown}")
    return terminal.shown.rstrip()
