"""The program in a process of its own."""

import os
import signal
import sys

from cfstream.ci.running import run

WAITS_FOR_SIGNAL = """
import signal, sys
signal.alarm(20)  # so that a run that forgets it does not stay for ever
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("ready", flush=True)
signal.sigwait({signal.SIGINT})
print("the report", flush=True)
sys.exit(130)
"""


def test_a_cancelled_run_prints_everything() -> None:
    """SIGINT is forwarded to the program, and everything that it prints afterwards is shown."""
    printed = []

    def echo(text: str) -> None:
        printed.append(text)
        if text == "ready\n":
            os.kill(os.getpid(), signal.SIGINT)

    result = run(["-c", WAITS_FOR_SIGNAL], {}, echo, [sys.executable])
    assert (result.code, result.out) == (130, "ready\nthe report\n")
    assert printed == ["ready\n", "the report\n"]
