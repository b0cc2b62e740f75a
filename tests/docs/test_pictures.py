"""Commands that are recorded for the manual: none can keep the build waiting for ever."""

from pathlib import Path

import pytest

from handbook.terminal import on_terminal, typed


def test_a_question_finds_nobody(tmp_path: Path) -> None:
    """It reads the end of input, and the command that asked fails with what it said."""
    with pytest.raises(SystemExit, match="your name"):
        typed("printf 'your name: '; read name", tmp_path, seconds=60)


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    """The build ends with what was said until then, and nothing of the command stays behind."""
    with on_terminal(["bash", "-c", "echo begun; exec sleep 600"], tmp_path, seconds=60) as terminal:
        assert terminal.read_until(lambda shown: "begun" in shown)
        terminal.until = 0.0
        with pytest.raises(SystemExit, match="begun"):
            terminal.read_until(lambda _: False)
    assert terminal.program.returncode == -9
