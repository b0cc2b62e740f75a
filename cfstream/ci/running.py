"""Run the program in a process of its own."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from cfstream import ending_signals
from cfstream.interpreter import SAFE, environment
from cfstream.startup.frozen import dataclass

PROGRAM = (*SAFE, "-m", "cfstream")
"""Without the working directory on the module path, where a pull request from a fork may have put a module."""


@dataclass(frozen=True)
class ProgramResult:
    """The result of a run."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of output: the result, or the error."""
        lines = [line.strip() for line in (self.out.strip() or self.err.strip()).splitlines()]
        return lines[-1] if lines else ""


def run(
    arguments: Sequence[str],
    env: Mapping[str, str],
    echo: Callable[[str], object],
    program: Sequence[str] = PROGRAM,
) -> ProgramResult:
    """Run the program with these arguments, and echo each line immediately: an apply may take half an hour.

    The arguments stay a list, so no shell interprets them. A signal to end is forwarded to the program, which
    finishes the current write and prints its report.
    """
    output: dict[str, list[str]] = {"out": [], "err": []}

    def listen(name: str, stream: IO[bytes]) -> None:
        for line in stream:
            text = line.decode(errors="replace")
            output[name].append(text)
            echo(text)

    with subprocess.Popen(  # noqa: S603 (our own program, with a list of arguments)
        [*program, *arguments],
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        streams = {"out": process.stdout, "err": process.stderr}
        listeners = [threading.Thread(target=listen, args=pair) for pair in streams.items()]
        with ending_signals.handled(process.send_signal):
            for listener in listeners:
                listener.start()
            for listener in listeners:
                listener.join()
    return ProgramResult(process.returncode, "".join(output["out"]), "".join(output["err"]))
