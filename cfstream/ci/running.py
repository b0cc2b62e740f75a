"""The program, run in a process of its own, as a pipeline would."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from cfstream.interpreter import SAFE, environment

PROGRAM = (*SAFE, "-m", "cfstream")
"""Without the working directory on its path: a pull request of a fork may have put a module there."""


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """What it said last: its result, or what went wrong."""
        lines = [line.strip() for line in (self.out.strip() or self.err.strip()).splitlines()]
        return lines[-1] if lines else ""


def run(
    arguments: Sequence[str],
    env: Mapping[str, str],
    echo: Callable[[str], object],
    program: Sequence[str] = PROGRAM,
) -> Ran:
    """Runs it with these arguments, and echoes each line when it comes: an apply may take half an hour.

    The arguments are a list from the beginning to the end, so that no shell ever reads one of them. A SIGINT goes on to
    the program: the write under way ends, and its report is still heard.
    """
    heard: dict[str, list[str]] = {"out": [], "err": []}

    def listen(name: str, stream: IO[bytes]) -> None:
        for line in stream:
            text = line.decode(errors="replace")
            heard[name].append(text)
            echo(text)

    with subprocess.Popen(  # noqa: S603 (the program is ours, and each argument is one)
        [*program, *arguments],
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        streams = {"out": process.stdout, "err": process.stderr}
        listeners = [threading.Thread(target=listen, args=pair) for pair in streams.items()]
        with _passed_on(process):
            for listener in listeners:
                listener.start()
            for listener in listeners:
                listener.join()
    return Ran(process.returncode, "".join(heard["out"]), "".join(heard["err"]))


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Meanwhile a SIGINT to us is one to the program, as often as it comes."""
    previous = signal.signal(signal.SIGINT, lambda *_: process.send_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
