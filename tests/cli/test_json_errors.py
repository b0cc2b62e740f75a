"""Programs read stdout: with ``--format json`` every command prints a document, also after an error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

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


def failed(result: Result) -> Any:
    """Return the document of a failed command. It is the only output on stdout."""
    document = json.loads(result.out)
    assert document["format_version"] == 1
    assert document["exit_code"] == result.code != 0
    assert result.err
    return document


def ask(cfstream: Run, command: str, *more: str) -> Result:
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


def test_a_profile_without_credentials_is_named(
    cfstream: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The fix is the command that signs in with this profile."""
    (tmp_path / "config").write_text("[profile 'my media']\nregion = eu-west-1\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    error = failed(cfstream("plan", str(spec), "--format", "json", "--profile", "my media"))["error"]
    assert error["what"].startswith("the profile my media has no valid credentials: ")
    assert error["do"].startswith("run: aws sso login --profile 'my media'\n")


@pytest.mark.parametrize("flags", [[], ["--endpoint-url", "http://127.0.0.1:9"]])
def test_a_stopped_sandbox_is_named(
    cfstream: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    """If the address is that of a sandbox and nothing answers there, the fix starts one."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    error = failed(cfstream("plan", str(spec), "--format", "json", *flags))["error"]
    assert error["what"] == "the sandbox at http://127.0.0.1:9 is not running"
    assert "cfstream sandbox up" in error["do"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_flag_is_in_the_document(cfstream: Run, spec: Path, command: str) -> None:
    """The format is found even if the arguments cannot be parsed."""
    assert spec.exists()
    assert "--nonsense" in failed(ask(cfstream, command, "--nonsense"))["error"]["what"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["plan", "lectures.yaml"], 2),
        (["plan", "fresh.yaml", "--check"], 3),
        (["plan", "fresh.yaml"], 0),
        (["apply", "lectures.yaml", "--yes"], 2),
        (["migrate", "lectures.yaml", "--check"], 3),
        (["explain", "https://a.example/x?Expires=1&Signature=x&Key-Pair-Id=K", "--check"], 7),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_document_has_the_exit_code_of_its_command(
    cfstream: Run, aws: Sandbox, spec: Path, arguments: list[str], code: int
) -> None:
    """Also if it is not 0, and the document is that of the command."""
    assert aws
    (spec.parent / "fresh.yaml").write_text(
        GOOD.replace("bucket: lectures-media", "bucket: {name: lectures-media, create: true}")
    )
    result = cfstream(*arguments, "--format", "json")
    assert (result.code, json.loads(result.out)["exit_code"]) == (code, code)


def test_a_stale_plan_is_a_document(cfstream: Run, aws: Sandbox, spec: Path) -> None:
    """Its steps were not tried, and the reason names what has changed."""
    assert aws
    spec.write_text(GOOD.replace("bucket: lectures-media", "bucket: {name: lectures-media, create: true}"))
    assert cfstream("plan", "lectures.yaml", "--out", "saved.plan", "-q").code == 0
    spec.write_text(spec.read_text() + "comment: new\n")
    result = cfstream("apply", "saved.plan", "--yes", "--format", "json", "--region", "us-east-1")
    assert "cfstream plan lectures.yaml --out saved.plan --region us-east-1\n" in result.err
    document = failed(result)
    (stack,) = document["stacks"]
    assert (document["exit_code"], stack["outcome"]) == (4, "stale")
    assert "the spec, or a file that it names, was changed" in stack["why"]


def test_events_end_with_the_error(cfstream: Run, spec: Path) -> None:
    """The last line has the same document."""
    spec.write_text(BAD)
    result = cfstream("apply", "lectures.yaml", "--yes", "--format", "ndjson")
    (event,) = map(json.loads, result.out.splitlines())
    assert (event["event"], event["exit_code"]) == ("failed", 2)
    assert event["problems"][0]["line"] == 5


@pytest.mark.parametrize(
    "before", [["--format", "json"], ["--format=json"], ["-q", "--format", "json", "--sandbox"]]
)
def test_the_format_may_be_named_before_the_command(cfstream: Run, spec: Path, before: list[str]) -> None:
    """Like the other common flags."""
    assert spec.exists()
    result = cfstream(*before, "validate", "lectures.yaml")
    assert (result.code, json.loads(result.out)["stacks"][0]["name"]) == (0, "lectures")


def test_text_leaves_stdout_empty(cfstream: Run, spec: Path) -> None:
    """People read errors on stderr."""
    spec.write_text(BAD)
    assert cfstream("plan", "lectures.yaml").out == ""
