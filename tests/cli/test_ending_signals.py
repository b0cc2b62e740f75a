"""Signals that ask a program to end, and a terminal that is closed."""

import os
import pty
import signal
import sys
from collections.abc import Iterator
from io import TextIOWrapper

import pytest

from cfstream import ending_signals
from cfstream.cli.terminal.streams import Terminal


@pytest.fixture(autouse=True)
def _default_handlers() -> Iterator[None]:
    """Let the signals end the program, even if the tests run under nohup; then give the handlers back."""
    before = {number: signal.getsignal(number) for number in ending_signals.ENDING}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ending_signals.ENDING)
def test_each_of_them_does_what_ctrl_c_does(number: int) -> None:
    """Inside the block, the handler is called. Outside, KeyboardInterrupt is raised."""
    ending_signals.end_as_by_ctrl_c()
    got: list[int] = []
    with ending_signals.handled(got.append):
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    assert got == [number, number]
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


def test_nohup_is_respected() -> None:
    """A signal that is ignored from the start stays ignored, except SIGINT."""
    for number in ending_signals.ENDING:
        signal.signal(number, signal.SIG_IGN)
    ending_signals.end_as_by_ctrl_c()
    got: list[int] = []
    with ending_signals.handled(got.append):
        for number in ending_signals.ENDING:
            os.kill(os.getpid(), number)
    assert got == [signal.SIGINT]


def test_a_report_for_a_terminal_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is discarded, as for a closed pipe, so that the run ends with its own exit code."""
    master, slave = pty.openpty()
    with TextIOWrapper(os.fdopen(slave, "wb", 0), write_through=True) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        os.close(master)
        Terminal().say("the report\n")
