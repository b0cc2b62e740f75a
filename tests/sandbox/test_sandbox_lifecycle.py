"""One sandbox for each project: how it is started, found and stopped, and how a dead one is noticed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfstream.sandbox import (
    MissingExtra,
    Running,
    SandboxError,
    WrongSetting,
    ensure,
    lifecycle,
    state_directory,
)
from tests.sandbox.contents import contents, fill

StartSandbox = Callable[[Path], Running]
Client = Callable[[Running, str], Any]


def test_each_project_has_a_directory_of_its_own(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same from any folder of a repository.

    Without a repository each folder has its own, and a variable overrides it.
    """
    deep = project / "specs" / "fleet"
    deep.mkdir(parents=True)
    (deep.parent / ".cfstream").mkdir()
    assert state_directory.find(deep) == state_directory.find(project)
    alone, namesake = tmp_path / "alone", tmp_path / "elsewhere" / "my project"
    assert len({state_directory.find(folder) for folder in (project, alone, alone / "below", namesake)}) == 4
    monkeypatch.setenv(state_directory.VARIABLE, str(tmp_path / "elsewhere"))
    assert state_directory.find(deep) == tmp_path / "elsewhere"


def test_sandbox_is_started_once(project: Path, up: StartSandbox) -> None:
    """The first request starts the sandbox, and the next one finds it."""
    started = up(project)
    assert started.started
    found = ensure(project)
    assert (found.pid, found.endpoint_url, found.started) == (started.pid, started.endpoint_url, False)
    assert lifecycle.status(found.home) == found


def test_concurrent_starts_make_one(project: Path, up: StartSandbox) -> None:
    """Of several processes that need a sandbox at the same time, one starts it for all."""
    with ThreadPoolExecutor(4) as pool:
        running = list(pool.map(up, [project] * 4))
    assert len({each.pid for each in running}) == 1
    assert [each.started for each in running].count(True) == 1


def test_projects_have_sandboxes_of_their_own(tmp_path: Path, up: StartSandbox, client: Client) -> None:
    """Their contents are separate, and stopping one does not affect the other."""
    first, second = (up(_project(tmp_path / name)) for name in ("one", "two"))
    client(first, "s3").create_bucket(Bucket="lectures-media")
    assert client(second, "s3").list_buckets()["Buckets"] == []
    lifecycle.down(first.home)
    assert lifecycle.status(first.home) is None
    assert lifecycle.status(second.home) is not None


def test_state_outlives_the_server(project: Path, up: StartSandbox, client: Client) -> None:
    """Buckets, objects, ACLs, policies, certificates, identities and distributions exist after a restart."""
    running = up(project)
    fill(lambda service: client(running, service))
    before = contents(lambda service: client(running, service))
    lifecycle.down(running.home)
    again = up(project)
    assert again.pid != running.pid
    assert contents(lambda service: client(again, service)) == before


def test_killed_server_is_replaced(project: Path, up: StartSandbox, client: Client) -> None:
    """A killed server is noticed, and the next one loads the last saved state."""
    running = up(project)
    client(running, "s3").create_bucket(Bucket="lectures-media")
    kept = running.home / "state"
    _until(lambda: kept.exists() and b"lectures-media" in kept.read_bytes())
    os.kill(running.pid, signal.SIGKILL)
    _until(lambda: lifecycle.status(running.home) is None)
    again = up(project)
    assert again.started
    assert [each["Name"] for each in client(again, "s3").list_buckets()["Buckets"]] == ["lectures-media"]


def test_pid_file_of_another_server_is_ignored(tmp_path: Path, up: StartSandbox) -> None:
    """If another server has the port now, it does not know the token."""
    running = up(_project(tmp_path / "one"))
    home = state_directory.find(_project(tmp_path / "two"))
    state_directory.make(home)
    address = json.loads((running.home / lifecycle.ADDRESS).read_text())
    state_directory.write(
        home / lifecycle.ADDRESS, json.dumps({**address, "token": "of another server"}).encode()
    )
    assert lifecycle.status(home) is None
    assert lifecycle.down(home) is None
    assert lifecycle.status(running.home) is not None


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"pid": 1}', "null"])
def test_damaged_pid_file_counts_as_none(project: Path, rubbish: str) -> None:
    """An invalid pid file is ignored."""
    home = state_directory.find(project)
    state_directory.make(home)
    state_directory.write(home / lifecycle.ADDRESS, rubbish.encode())
    assert lifecycle.status(home) is None


def test_nothing_runs_in_a_new_project(project: Path) -> None:
    """Status and stop start nothing, and create no folder."""
    home = state_directory.find(project)
    assert lifecycle.status(home) is None
    assert lifecycle.down(home) is None
    with pytest.raises(SandboxError, match="no sandbox runs here"):
        lifecycle.settings(home)
    assert not home.exists()


def test_one_server_for_each_directory(project: Path, up: StartSandbox) -> None:
    """A second server for the same directory does not start, and reports how to stop the first."""
    running = up(project)
    command = [sys.executable, "-m", "cfstream.sandbox", "serve", "--dir", str(running.home)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "already serves" in second.stderr
    assert "cfstream sandbox down" in second.stderr
    assert "Traceback" not in second.stderr
    assert lifecycle.status(running.home) == replace(running, started=False)


def test_a_failed_start_has_a_reason(project: Path) -> None:
    """The error has the end of the log; here the port is in use."""
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} is not available"):
            lifecycle.up(project / "another", port)


def test_state_of_the_sandbox_is_private(project: Path, up: StartSandbox) -> None:
    """Only its user can read state and pid file, and git ignores the folder."""
    running = up(project)
    assert (running.home / lifecycle.ADDRESS).stat().st_mode & 0o777 == 0o600
    lifecycle.down(running.home)
    assert (running.home / "state").stat().st_mode & 0o777 == 0o600
    assert (running.home / ".gitignore").read_text() == "*\n"


def test_settings_outlive_the_server(project: Path, up: StartSandbox) -> None:
    """The default settings show short waits. Changed settings stay until a reset."""
    running = up(project)
    assert _pace(running) == (2, 2.0)
    lifecycle.change_settings(running.home, {"deploy_after_reads": 7})
    lifecycle.down(running.home)
    again = up(project)
    assert again.endpoint_url == running.endpoint_url  # a shell that evaluated the variables stays right
    assert _pace(again) == (7, 2.0)
    lifecycle.reset(running.home)
    assert _pace(running) == (2, 2.0)
    with pytest.raises(WrongSetting, match="setting deploy_after_raeds does not exist") as error:
        lifecycle.change_settings(running.home, {"deploy_after_raeds": 7})
    assert "deploy_after_reads" in error.value.do


def test_a_reset_deletes_the_state_of_a_sandbox_that_does_not_run(tmp_path: Path) -> None:
    """After ``down``, ``reset`` does what it says, and starts nothing."""
    home = tmp_path / "home"
    lifecycle.reset(home)
    assert not home.exists()
    state_directory.make(home)
    state_directory.write(home / state_directory.STATE, b"state")
    lifecycle.reset(home)
    assert not (home / state_directory.STATE).exists()
    assert lifecycle.status(home) is None


def test_without_moto_the_extra_is_named(project: Path) -> None:
    """Without moto, the error names the extra. Everything else still works."""
    script = """
import sys
from pathlib import Path
from cfstream import sandbox

sys.modules["moto"] = None
try:
    sandbox.ensure(Path.cwd())
except sandbox.MissingExtra as error:
    print(error.what)
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert (
        result.stdout
        == f"{MissingExtra().what}\n"
        == "the sandbox needs \"pip install 'cfstream[sandbox]'\"\n"
    )


def test_importing_the_sandbox_is_fast() -> None:
    """Importing the sandbox's interface imports neither moto nor an SDK nor an HTTP client."""
    heavy = ("moto", "boto3", "flask", "http.client")
    script = f"import sys, cfstream.sandbox; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def _project(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def _pace(running: Running) -> tuple[int, float]:
    settings = lifecycle.settings(running.home)
    return settings["deploy_after_reads"], settings["deploy_after_seconds"]


def _until(condition: Callable[[], bool]) -> None:
    """Return once the condition is true."""
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("the condition did not become true")
