"""Whole processes, timed as a person waits for them. What is run, and beside what, stands in `__main__`."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


class RunError(Exception):
    """A process that was to be measured ended badly: its time would mean nothing."""


@dataclass(frozen=True)
class Run:
    """What one process took: seconds from start to end, peak memory in MiB, and all that it printed.

    Linux counts the memory of the starting process into a child's peak, so the starter imports nothing large.
    """

    seconds: float
    peak_mib: float
    printed: str


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Run:
    """One process from start to end. Raises RunError where it cannot be started, and on any exit code but 0."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(argv, env=env, cwd=cwd, stdout=output, stderr=output)
        except OSError as error:
            raise RunError(f"{error}; `make bench` installs what is measured") from error
        # wait4 tells what this one child used; getrusage would tell the maximum of all children so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise RunError(f"exit {process.returncode} from {' '.join(argv)}\n{printed}")
    return Run(seconds, usage.ru_maxrss / 1024, printed)


def alternate(*runs: Callable[[], Run], rounds: int) -> list[float]:
    """The median seconds of each, in their order.

    They take turns, so that whatever else the machine does meets all of them alike. The first turn is not
    counted: it compiles bytecode and fills the disk cache.
    """
    turns = [[one().seconds for one in runs] for _ in range(rounds + 1)]
    return [median(seconds) for seconds in zip(*turns[1:], strict=True)]
