"""Commands typed on a real terminal: what it shows, within a time limit, and with nobody there to answer."""

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
"""How long a command may take. Only one that waits for something that does not come takes so long."""

END_OF_INPUT = b"\x04"


@dataclass
class Terminal:
    """A program on a terminal of its own, and all that it has said there."""

    program: "subprocess.Popen[bytes]"
    screen: int
    until: float
    said: bytes = b""

    @property
    def shown(self) -> str:
        return self.said.decode(errors="replace").replace("\r\n", "\n")

    def read_until(self, enough: Callable[[str], object]) -> bool:
        """Whether what is shown became `enough`; False when the program ended before.

        Raises SystemExit, with what was shown, when the time is up.
        """
        while not enough(self.shown):
            if not select.select([self.screen], [], [], max(0.0, self.until - time.monotonic()))[0]:
                raise SystemExit(f"it takes too long, and was ended; until then it said:\n{self.shown}")
            try:
                self.said += os.read(self.screen, 65536)
            except OSError:
                return False  # Linux answers EIO when the other side of a terminal has gone
        return True


@contextmanager
def on_terminal(command: Sequence[str], folder: Path, *, seconds: float) -> Iterator[Terminal]:
    """The program while it runs; what is left of it afterwards is ended. Its first question finds the end of input."""
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
    """What a terminal shows of a line of shell with `cfstream` in it.

    Raises SystemExit, with what was shown, when it does not end well or not in time.
    """
    script = f'cfstream() {{ "{sys.executable}" -m cfstream "$@"; }}; stty cols {COLUMNS}; {command}'
    with on_terminal(["bash", "-c", script], folder, seconds=seconds) as terminal:
        terminal.read_until(lambda _: False)
        code = terminal.program.wait()
    if code != 0:
        raise SystemExit(f"{command} exited with {code}:\n{terminal.shown}")
    return terminal.shown.rstrip()
