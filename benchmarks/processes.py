"""Measures whole processes."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class RunError(Exception):
    """A measured process failed, so its time is meaningless."""


@dataclass(frozen=True)
class Run:
    """The result of one process: wall and CPU seconds, peak memory in MiB, and its output.

    Linux counts the memory of the starting process into a child's peak, so the starter imports nothing large.
    """

    seconds: float
    cpu: float
    peak_mib: float
    printed: str


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Run:
    """Run one process. Raises RunError if it cannot be started or does not exit with 0."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(argv, env=env, cwd=cwd, stdout=output, stderr=output)
        except OSError as error:
            raise RunError(f"{error}; fix: run `make bench`, which installs the tools") from error
        # wait4 reports this child only; getrusage reports the maximum of all children so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise RunError(f"exit {process.returncode} from {' '.join(argv)}\n{printed[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def alternate(*runs: Callable[[], Run], rounds: int, warm_up: bool = True) -> list[list[Run]]:
    """Return the runs of each, in the given order.

    They run alternately, so that other load affects all of them equally. With `warm_up`, the first round does not
    count: it compiles bytecode and fills the disk cache.
    """
    taken = [[one() for one in runs] for _ in range(rounds + warm_up)]
    return [list(each) for each in zip(*taken[warm_up:], strict=True)]
