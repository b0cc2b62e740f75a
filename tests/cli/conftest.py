"""Runs the program in this process, with two awkward commands beside its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from cfstream.cli import connection, main


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def cfstream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ran]]:
    """Runs `cfstream` with the arguments given."""
    for name in ("fail", "tell"):
        entry = main.Entry("Only for tests.", "tests.cli.awkward_commands", name)
        monkeypatch.setitem(main.ENTRIES, name, entry)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> Ran:
        code = main.run(arguments)
        return Ran(code, *capsys.readouterr())

    yield run
    connection.remember(connection.Connection())
