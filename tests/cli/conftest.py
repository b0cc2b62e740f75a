"""Runs the program in this process, with two awkward commands beside its own."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from cfstream.cli import commands, connection, main
from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.server import Sandbox


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
        entry = commands.Entry("Only for tests.", "tests.cli.awkward_commands", name)
        monkeypatch.setitem(commands.ENTRIES, name, entry)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> Ran:
        code = main.run(arguments)
        return Ran(code, *capsys.readouterr())

    yield run
    connection.remember(connection.Connection())
    logging.getLogger("cfstream").handlers.clear()  # a process runs one command; this one runs many
    logging.getLogger("cfstream").setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    """A sandbox in this process, in which a write is Deployed at once."""
    with Sandbox.start(settings=Settings(deploy_after_reads=0)) as sandbox:
        yield sandbox


@pytest.fixture
def aws(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, empty, and an environment that leads to it."""
    server.reset()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return server
