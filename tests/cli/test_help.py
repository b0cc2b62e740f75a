"""`cfstream help` shows what ``--help`` shows."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.mark.parametrize("command", ["", "plan", "keys", "keys rotate", "sandbox set", "help"])
def test_it_is_the_help_of_the_command(cfstream: Run, command: str) -> None:
    """For the program, for a command, and for a command of a group."""
    words = command.split()
    assert cfstream("help", *words) == cfstream(*words, "--help")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("plna", "'plna' is not a command"),
        ("keys rotte", "cfstream keys has no command 'rotte'"),
        ("plan lectures", "cfstream plan has no command 'lectures'"),
    ],
)
def test_an_unknown_command_is_wrong_usage(cfstream: Run, command: str, problem: str) -> None:
    """The error says where to look."""
    result = cfstream("help", *command.split())
    assert result.code == 2
    assert problem in result.err
    assert "fix: " in result.err
