"""``cfstream sandbox``: the output and exit code of each command."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cfstream.cli import main
from cfstream.cli.commands.sandbox import app
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.sandbox import lifecycle, state_directory

runner = CliRunner()


@pytest.fixture(autouse=True)
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run each test in its own project, and stop its sandbox afterwards."""
    monkeypatch.chdir(project)
    yield project
    lifecycle.down(state_directory.find(project))


def run(*arguments: str) -> tuple[int, str]:
    """Return exit code and standard output of a command that prints nothing else."""
    result = runner.invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout


def test_up_prints_what_a_shell_evaluates() -> None:
    """A shell can evaluate the whole output of `up`. aws and boto3 then use the sandbox."""
    code, printed = run("up")
    running = lifecycle.status(state_directory.find(Path.cwd()))
    assert running is not None
    assert (code, printed.splitlines()[0]) == (0, f"export AWS_ENDPOINT_URL={running.endpoint_url}")
    script = f'{printed}\n"{sys.executable}" -c \'import boto3; print(boto3.client("s3").list_buckets()["Buckets"])\''
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    answer = subprocess.run(
        ["sh", "-eu", "-c", script], env=clean, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_up_again_finds_the_same() -> None:
    """A second `up` finds the running sandbox, and reports that."""
    first, second = (json.loads(run("up", "--format", "json")[1]) for _ in range(2))
    assert (first.pop("started"), second.pop("started")) == (True, False)
    assert first == second
    assert first["environment"]["AWS_ENDPOINT_URL"] == first["endpoint_url"]


def test_status_exits_with_what_it_found() -> None:
    """`status` exits with 1 if no sandbox runs, and with 0 otherwise."""
    assert run("status") == (
        1,
        f"No sandbox is running here.\nIts state would be in {state_directory.find(Path.cwd())}\n",
    )
    endpoint = json.loads(run("up", "--format", "json")[1])["endpoint_url"]
    code, printed = run("status")
    assert code == 0
    assert printed.startswith(f"The sandbox is running at {endpoint} (pid ")
    status = json.loads(run("status", "--format", "json")[1])
    assert (status["running"], status["endpoint_url"], status["settings"]["deploy_after_reads"]) == (
        True,
        endpoint,
        2,
    )


def test_down_succeeds_with_and_without_a_sandbox() -> None:
    """`down` exits with 0, and reports what it stopped."""
    endpoint = json.loads(run("up", "--format", "json")[1])["endpoint_url"]
    assert run("down") == (0, f"Stopped the sandbox at {endpoint}; its state is kept.\n")
    assert run("down") == (0, "No sandbox is running here.\n")
    home = state_directory.find(Path.cwd())
    assert run("status") == (1, f"No sandbox is running here.\nIts state is in {home}\n")
    assert run("status", "--format", "json")[0] == 1


def test_set_changes_settings() -> None:
    """`set` accepts NAME=VALUE pairs and prints all settings. `reset` restores the initial ones."""
    run("up")
    code, printed = run("set", "deploy_after_reads=3", "stale_reads=1", "--format", "json")
    settings = json.loads(printed)
    assert (code, settings["deploy_after_reads"], settings["stale_reads"]) == (0, 3, 1)
    assert "deploy_after_reads    3" in run("set")[1]
    assert run("reset", "--yes") == (0, "The sandbox is empty.\n")
    assert json.loads(run("set", "--format", "json")[1])["deploy_after_reads"] == 2


@pytest.mark.parametrize("is_running", [True, False])
def test_reset_needs_a_confirmation(
    is_running: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal nobody is asked, so nothing is deleted unless --yes confirms it."""
    run("up")
    run("set", "deploy_after_reads=3")
    if not is_running:
        run("down")
    for stdin in (io.StringIO("yes\n"), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main.run(["sandbox", "reset"]) == 2
        assert capsys.readouterr().err == (
            "error: sandbox reset asks for confirmation, and there is no terminal\n"
            "  fix: add --yes to confirm\n"
        )
    run("up")
    assert json.loads(run("set", "--format", "json")[1])["deploy_after_reads"] == 3
    run("reset", "--yes")
    assert json.loads(run("set", "--format", "json")[1])["deploy_after_reads"] == 2


def test_set_accepts_its_own_output() -> None:
    """Lists and mappings are JSON. A setting that was null can be a number again."""
    run("up")
    for seed in ("null", "7"):
        run("set", f"shuffle_seed={seed}")
        settings = json.loads(run("set", "--format", "json")[1])
        settings["signers_without_keys"] = ["111122223333"]
        settings["quotas"] = {"public_keys": 3}
        settings["shuffle_seed"] = 5
        pairs = [f"{name}={json.dumps(value)}" for name, value in settings.items()]
        assert json.loads(run("set", *pairs, "--format", "json")[1]) == settings


def test_set_refuses_invalid_settings() -> None:
    """A setting without a value, an unknown one, or an invalid value is wrong usage."""
    run("up")
    for wrong in ("deploy_after_reads", "deploy_after_raeds=1", "deploy_after_reads=many"):
        with pytest.raises(WrongUsage):
            run("set", wrong)


def test_set_needs_a_running_sandbox() -> None:
    """It reports that no sandbox runs, and how to start one."""
    with pytest.raises(CfstreamError, match="no sandbox runs here") as error:
        run("set", "stale_reads=1")
    assert "cfstream sandbox up" in error.value.do


def test_folder_can_be_named(tmp_path: Path) -> None:
    """With --dir the sandbox uses that folder, for any project."""
    elsewhere = tmp_path / "elsewhere"
    try:
        assert json.loads(run("up", "--dir", str(elsewhere), "--format", "json")[1])["home"] == str(elsewhere)
        assert run("status")[0] == 1
        assert run("status", "--dir", str(elsewhere))[0] == 0
    finally:
        assert run("down", "--dir", str(elsewhere))[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_stays_in_the_foreground(number: signal.Signals) -> None:
    """`serve` prints its address, `status` finds it, and an interrupt ends it cleanly."""
    command = [
        sys.executable,
        "-c",
        "from cfstream.cli.commands.sandbox import app; app()",
        "serve",
        "--format",
        "json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        status = json.loads(serving.stdout.readline())
        assert (status["pid"], run("status")[0]) == (serving.pid, 0)
        serving.send_signal(number)
    assert serving.returncode == 0
    assert run("status")[0] == 1


def test_help_of_each_command_shows_an_example() -> None:
    """The help of every command ends with an example."""
    for command in ("up", "down", "status", "serve", "reset", "set"):
        assert "Example: " in run(command, "--help")[1]
