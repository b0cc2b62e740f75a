"""Commands that are recorded for the manual cannot block the build."""

import signal
from pathlib import Path

import pytest

from handbook.terminal import on_terminal, typed


def test_a_question_fails(tmp_path: Path) -> None:
    """A question reads the end of input, and the error contains the output of the command."""
    with pytest.raises(SystemExit, match="your name"):
        typed("printf 'your name: '; read name", tmp_path, seconds=60)


def test_slow_commands_are_stopped(tmp_path: Path) -> None:
    """The error contains the output so far, and no process is left."""
    with on_terminal(["bash", "-c", "echo begun; exec sleep 600"], tmp_path, seconds=60) as terminal:
        assert terminal.read_until(lambda shown: "begun" in shown)
        terminal.until = 0.0
        with pytest.raises(SystemExit, match=r"sleep 600' took too long .*:\nbegun"):
            terminal.read_until(lambda _: False)
    assert terminal.program.returncode == -9


def test_a_command_that_takes_too_long_is_named(tmp_path: Path) -> None:
    """The error has the command as it was typed, not the script around it."""
    with pytest.raises(SystemExit, match=r"^sleep 600 took too long and was stopped\."):
        typed("sleep 600", tmp_path, seconds=0.1)


def test_signals_that_the_parent_ignores_reach_the_program(tmp_path: Path) -> None:
    """A build that a script starts in the background ignores Ctrl-C, and still can end the demo."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with on_terminal(["bash", "-c", "echo begun; exec sleep 600"], tmp_path, seconds=60) as terminal:
            assert terminal.read_until(lambda shown: "begun" in shown)
            terminal.program.send_signal(signal.SIGINT)
            assert terminal.program.wait(10) == -signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)
