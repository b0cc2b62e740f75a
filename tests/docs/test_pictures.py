"""Commands that are recorded for the manual cannot block the build."""

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
        with pytest.raises(SystemExit, match="begun"):
            terminal.read_until(lambda _: False)
    assert terminal.program.returncode == -9
