"""Nothing of a checkout is executed or unpickled: where state is kept, who owns it, and what child processes import."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cfstream.cli.commands.sandbox import app
from cfstream.errors import CfstreamError
from cfstream.sandbox import Running, SandboxError, lifecycle, state, state_directory
from tests.thorough import THOROUGH, one_of_each

StartSandbox = Callable[[Path], Running]

HOSTILE = (
    "argparse.py",
    "json.py",
    "logging.py",
    "cfstream/__init__.py",
    "moto/__init__.py",
    "werkzeug/__init__.py",
    "sitecustomize.py",
)
"""Modules that the server imports, as a checkout may contain them."""

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"


class MaliciousPickle:
    """An object whose unpickling creates a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.mark), "w")


def write_hostile_modules(folder: Path, mark: Path, names: tuple[str, ...] = HOSTILE) -> None:
    """Writes modules that create `mark` when they are imported."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"open({str(mark)!r}, 'a').write({name!r} + '\\n')\n")


def trapped_state(folder: Path, mark: Path) -> Path:
    """A state file of this version that creates `mark` when it is unpickled."""
    folder.mkdir(parents=True, exist_ok=True)
    state.write(folder / state.FILE, pickle.dumps(MaliciousPickle(mark)))
    return folder / state.FILE


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that hostile code creates."""
    return tmp_path / "executed"


def test_state_in_a_checkout_is_ignored(project: Path, up: StartSandbox, mark: Path) -> None:
    """A state file in the project or above it is never read, and the project's tree stays as it is."""
    for place in (".cfstream/sandbox", ".cfstream", "../.cfstream/sandbox"):
        trapped_state(project / place, mark)
    before = sorted(project.rglob("*"))
    running = up(project)
    assert not mark.exists()
    assert sorted(project.rglob("*")) == before
    assert not running.home.is_relative_to(project)


def entry_target(path: str) -> str:
    """Return where an entry of PYTHONPATH leads: each place has several spellings."""
    return {"": "here", ":": "here", ".": "here", "./lib:": "lib"}.get(path, path)


PATHS: list[str] = one_of_each(["", ":", ".", "lib", "./lib:", "HERE", "LINK"], entry_target)


@pytest.mark.parametrize("path", PATHS if THOROUGH else [":lib:HERE:LINK"])
def test_server_imports_nothing_from_the_working_directory(
    project: Path, up: StartSandbox, mark: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Neither from the directory itself, nor through a PYTHONPATH that leads to it or is relative."""
    write_hostile_modules(project, mark)
    write_hostile_modules(project / "lib", mark)
    (project.parent / "link").symlink_to(project)
    monkeypatch.chdir(project)
    named = path.replace("HERE", str(project)).replace("LINK", str(project.parent / "link"))
    monkeypatch.setenv("PYTHONPATH", named)
    assert up(project).started
    assert not mark.exists()


def test_server_keeps_the_rest_of_pythonpath(
    project: Path, tmp_path: Path, up: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that the user names by an absolute path is still imported from."""
    mark, own = tmp_path / "imported", tmp_path / "own"
    write_hostile_modules(own, mark, ("sitecustomize.py",))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([".", str(own)]))
    up(project)
    assert mark.exists()


@pytest.mark.parametrize("path", [path for path in PATHS if path not in ("HERE", "LINK")])
@pytest.mark.parametrize("command", [("plan", "spec.yaml", "--sandbox"), ("sandbox", "up")])
def test_program_imports_nothing_from_the_working_directory(
    project: Path, mark: Path, path: str, command: tuple[str, ...]
) -> None:
    """The console script, and the server that it starts. A package called cfstream on PYTHONPATH is the user's
    choice: Python looks there first.
    """
    others = tuple(name for name in HOSTILE if not path or not name.startswith(("cfstream", "sitecustomize")))
    write_hostile_modules(project, mark, others)
    write_hostile_modules(project / "lib", mark, others)
    (project / "spec.yaml").write_text(SPEC)
    program = Path(sys.executable).with_name("cfstream")
    environment = {**os.environ, "PYTHONPATH": path}
    result = subprocess.run(
        [program, *command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    lifecycle.down(state_directory.find(project))
    assert "Traceback" not in result.stderr
    assert result.returncode == (0 if command[0] == "sandbox" else 2), (
        result.stderr
    )  # the bucket does not exist
    assert not mark.exists()


def test_state_directory_of_each_system(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_STATE_HOME if it is absolute, else below the home directory; the name is the project's with a digest."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", "/users/ann")
    monkeypatch.setenv("XDG_STATE_HOME", "relative/state")
    found = state_directory.find(project)
    assert found.parent == Path("/users/ann/.local/state/cfstream/sandbox")
    assert found.name.startswith("my-project-")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert state_directory.find(project).parent == Path(
        "/users/ann/Library/Application Support/cfstream/sandbox"
    )
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert state_directory.find(project).parent == Path("/local/cfstream/sandbox")


def test_state_and_log_are_their_users(project: Path, up: StartSandbox) -> None:
    """Every directory from cfstream's down has mode 0700, and every file 0600, whatever the umask is."""
    before = os.umask(0)
    try:
        running = up(project)
        lifecycle.down(running.home)
        up(project)
    finally:
        os.umask(before)
    folders = [running.home, running.home.parent, running.home.parent.parent]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    files = {file.name: file.stat().st_mode & 0o777 for file in running.home.iterdir()}
    assert set(files.values()) == {0o600}
    assert {"state", "server.json", "server.log"} <= set(files)


def shared_directory(folder: Path) -> None:
    """The directory may be entered by others."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)


def linked_directory(folder: Path) -> None:
    """The directory is a link to another one."""
    folder.parent.mkdir(parents=True, mode=0o700)
    target = folder.parent / "target"
    target.mkdir(mode=0o700)
    folder.symlink_to(target)


def shared_parent(folder: Path) -> None:
    """Others may replace the directory."""
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o777)


def file_instead(folder: Path) -> None:
    """A file is in the directory's place."""
    folder.parent.mkdir(parents=True, mode=0o700)
    folder.write_text("")


def readable_state(folder: Path) -> None:
    """The state file may be read by others, as git creates files."""
    folder.mkdir(parents=True, mode=0o700)
    trapped_state(folder, folder.parents[3] / "executed").chmod(0o644)


def linked_state(folder: Path) -> None:
    """The state file is a link."""
    folder.mkdir(parents=True, mode=0o700)
    elsewhere = trapped_state(folder.parents[3] / "elsewhere", folder.parents[3] / "executed")
    (folder / state.FILE).symlink_to(elsewhere)


UNTRUSTED = [shared_directory, linked_directory, shared_parent, file_instead, readable_state, linked_state]


@pytest.mark.parametrize("arrange", UNTRUSTED)
def test_files_that_others_could_have_written_are_refused(
    project: Path, mark: Path, arrange: Callable[[Path], None]
) -> None:
    """The message names the path and CFSTREAM_SANDBOX_DIR. Nothing is unpickled or served."""
    folder = state_directory.find(project)
    arrange(folder)
    for private in (folder.parent.parent, *([] if arrange is shared_parent else [folder.parent])):
        private.chmod(0o700)
    with pytest.raises(SandboxError) as refused:
        lifecycle.up(folder)
    assert str(folder.parent) in refused.value.what
    assert "CFSTREAM_SANDBOX_DIR" in refused.value.do
    assert not mark.exists()
    assert not (folder / lifecycle.ADDRESS).exists()


@pytest.mark.parametrize("arrange", UNTRUSTED[:4])
@pytest.mark.parametrize("command", ["up", "status", "down", "reset", "set"])
def test_every_command_refuses_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, arrange: Callable[[Path], None], command: str
) -> None:
    """An address of someone else leads to their server, and its pid to any process."""
    arrange(state_directory.find(project))
    monkeypatch.chdir(project)
    result = CliRunner().invoke(app, [command])
    assert isinstance(result.exception, CfstreamError)
    assert "CFSTREAM_SANDBOX_DIR" in result.exception.do


def test_files_of_another_user_are_refused(
    project: Path, mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home directory of another user is common in containers."""
    folder = state_directory.find(project)
    folder.mkdir(parents=True, mode=0o700)
    for private in (folder.parent, folder.parent.parent):
        private.chmod(0o700)
    file = trapped_state(folder, mark)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    for use in (lambda: lifecycle.up(folder), lambda: state.read(file), lambda: lifecycle.status(folder)):
        with pytest.raises(SandboxError, match="belongs to another user") as refused:
            use()
        assert "CFSTREAM_SANDBOX_DIR" in refused.value.do
    assert not mark.exists()


@pytest.mark.parametrize("missing", ["/proc/none", "/dev/null/home"])
def test_without_a_usable_home_directory(
    project: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """A home directory where nothing can be created is common in containers, too."""
    monkeypatch.setenv("XDG_STATE_HOME", missing)
    with pytest.raises(SandboxError, match="cannot be") as refused:
        lifecycle.up(state_directory.find(project))
    assert "CFSTREAM_SANDBOX_DIR" in refused.value.do


def test_a_directory_that_the_user_names(
    project: Path, tmp_path: Path, up: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a link, and others may look into it, but not write there."""
    named = tmp_path / "named"
    named.mkdir()
    named.chmod(0o755)
    (tmp_path / "link").symlink_to(named)
    monkeypatch.setenv(state_directory.VARIABLE, str(tmp_path / "link"))
    assert up(project).home == named
    lifecycle.down(named)
    named.chmod(0o777)
    with pytest.raises(SandboxError, match="other users can write"):
        up(project)
    named.chmod(0o755)
