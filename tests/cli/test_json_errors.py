"""Programs read stdout: with ``--format json`` every command prints a document, also after an error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.sandbox.server import Sandbox
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

GOOD = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
BAD = GOOD + "colour: red\n"

COMMANDS = {
    "access": ["access", "SPEC"],
    "apply": ["apply", "SPEC", "--yes"],
    "destroy": ["destroy", "SPEC", "--yes"],
    "diff": ["diff", "SPEC", "SPEC"],
    "doctor": ["doctor", "SPEC"],
    "import": ["import", "EDFDVBD6EXAMPLE"],
    "list": ["list"],
    "migrate": ["migrate", "SPEC", "--to", "key-groups"],
    "plan": ["plan", "SPEC"],
    "rotate": ["keys", "rotate", "SPEC"],
    "show": ["show", "SPEC"],
    "sign": ["sign", "a.mp4", "--spec", "SPEC", "--key", "none.pem", "--expires", "1h"],
    "validate": ["validate", "SPEC"],
    "verify": ["verify", "SPEC"],
    "wait": ["wait", "SPEC"],
}
WITHOUT_SPECS = {"import", "list"}


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A valid spec in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lectures.yaml").write_text(GOOD)
    return tmp_path / "lectures.yaml"


def failed(ran: Ran) -> Any:
    """Return the document of a failed command. It is the only output on stdout."""
    document = json.loads(ran.out)
    assert document["format_version"] == 1
    assert document["exit_code"] == ran.code != 0
    assert ran.err
    return document


def ask(cfstream: Run, command: str, *more: str) -> Ran:
    """Run a command on the spec, for a program."""
    arguments = ["lectures.yaml" if each == "SPEC" else each for each in COMMANDS[command]]
    return cfstream(*arguments, *more, "--format", "json")


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_SPECS - {"doctor"}))
def test_problems_of_a_spec_are_in_the_document(
    cfstream: Run, aws: Sandbox, spec: Path, command: str
) -> None:
    """Each problem has its file, line and column, what is wrong, and the fix."""
    assert aws
    spec.write_text(BAD)
    document = failed(ask(cfstream, command))
    (problem,) = document["problems"]
    assert (problem["file"], problem["line"], problem["col"]) == ("lectures.yaml", 5, 1)
    assert "colour" in problem["what"]
    assert problem["do"]


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_SPECS - {"doctor", "diff"}))
def test_a_file_that_does_not_exist_is_in_the_document(
    cfstream: Run, aws: Sandbox, spec: Path, command: str
) -> None:
    """As an error or as a problem."""
    assert aws
    spec.unlink()
    document = failed(ask(cfstream, command))
    assert "lectures.yaml" in json.dumps(document)


@pytest.mark.parametrize(
    "command", sorted(COMMANDS.keys() - {"diff", "doctor", "migrate", "validate", "rotate", "sign"})
)
def test_missing_credentials_are_in_the_document(
    cfstream: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The fix names what to set."""
    assert spec.exists()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    error = failed(ask(cfstream, command))["error"]
    assert "credentials" in error["what"]
    assert "AWS_PROFILE" in error["do"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_flag_is_in_the_document(cfstream: Run, spec: Path, command: str) -> None:
    """The format is found even if the arguments cannot be parsed."""
    assert spec.exists()
    assert "--nonsense" in failed(ask(cfstream, command, "--nonsense"))["error"]["what"]


def test_events_end_with_the_error(cfstream: Run, spec: Path) -> None:
    """The last line has the same document."""
    spec.write_text(BAD)
    ran = cfstream("apply", "lectures.yaml", "--yes", "--format", "ndjson")
    (event,) = map(json.loads, ran.out.splitlines())
    assert (event["event"], event["exit_code"]) == ("failed", 2)
    assert event["problems"][0]["line"] == 5


@pytest.mark.parametrize(
    "before", [["--format", "json"], ["--format=json"], ["-q", "--format", "json", "--sandbox"]]
)
def test_the_format_may_be_named_before_the_command(cfstream: Run, spec: Path, before: list[str]) -> None:
    """Like the other common flags."""
    assert spec.exists()
    ran = cfstream(*before, "validate", "lectures.yaml")
    assert (ran.code, json.loads(ran.out)["stacks"][0]["name"]) == (0, "lectures")


def test_text_leaves_stdout_empty(cfstream: Run, spec: Path) -> None:
    """People read errors on stderr."""
    spec.write_text(BAD)
    assert cfstream("plan", "lectures.yaml").out == ""
