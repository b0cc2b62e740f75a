"""Runs the program in this process, with two test commands in addition to its own."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cfstream.cli import main, table
from cfstream.cli.exits import EXITS
from tests.cli.account import SmallAccount
from tests.cli.signing_account import Folder, folder
from tests.world.sandbox import Sandbox


@dataclass(frozen=True)
class Result:
    """The result of a run."""

    code: int
    out: str
    err: str


@pytest.fixture
def cfstream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Result]]:
    """Run `cfstream` with these arguments."""
    for name in ("fail", "flags"):
        entry = table.CommandEntry("Only for tests.", "tests.cli.awkward_commands", name)
        monkeypatch.setitem(table.ENTRIES, name, entry)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> Result:
        code = main.run(arguments)
        command = next((each for n in (2, 1) if (each := " ".join(arguments[:n])) in EXITS), None)
        assert command is None or code in EXITS[command], f"{command} is not known to exit with {code}"
        return Result(code, *capsys.readouterr())

    yield run
    logging.getLogger("cfstream").handlers.clear()  # a process runs one command; this one runs many
    logging.getLogger("cfstream").setLevel(logging.NOTSET)


@pytest.fixture
def aws(running_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, empty, and an environment that points to it."""
    running_sandbox.reset()
    monkeypatch.setenv("AWS_ENDPOINT_URL", running_sandbox.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return running_sandbox


@pytest.fixture
def account(aws: Sandbox) -> SmallAccount:
    """A small account, reset."""
    return aws.states.reach("small account", lambda: SmallAccount(aws.endpoint_url))


@pytest.fixture
def run(
    cfstream: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """Run `cfstream` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return cfstream


@pytest.fixture(scope="module")
def stack(running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """An applied stack, and an environment that points to it."""
    running_sandbox.reset()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL": running_sandbox.endpoint_url,
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
        }.items():
            environment.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "CFSTREAM_KEY_PASSPHRASE"):
            environment.delenv(name, raising=False)
        found = folder(tmp_path_factory.mktemp("stack"))
        assert main.run(["apply", found.spec, "--yes", "--allow", "makes-public"]) == 0
        yield found


@pytest.fixture
def sign(cfstream: Callable[..., Result], stack: Folder) -> Callable[..., Result]:
    """Run `sign` with the stack's spec, its key and an hour. Flags in the arguments take precedence."""

    def run(*words: str) -> Result:
        given = {"--spec": stack.spec, "--key": stack.key("lectures-1"), "--expires": "1h"}
        default = [word for flag, value in given.items() if flag not in words for word in (flag, value)]
        return cfstream("sign", *words, *default)

    return run


@pytest.fixture
def explain(cfstream: Callable[..., Result], stack: Folder) -> Callable[..., Any]:
    """Return what `explain` prints for a URL, as a document."""

    def run(url: str, *flags: str) -> Any:
        result = cfstream("explain", url, "--spec", stack.spec, "--format", "json", *flags)
        assert result.code == 0, result.err
        return json.loads(result.out)

    return run
